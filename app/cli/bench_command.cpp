// reelquery bench: its subcommands.

#include "app/cli/bench_report_command.h"
#include "app/cli/commands.h"

namespace reelquery {

Command addBenchCommand(CLI::App& app, const std::string& executable) {
    CLI::App* bench = app.add_subcommand("bench", "Measure this machine");
    bench->require_subcommand(1);
    const Command ask = addAskBenchCommand(*bench, executable);
    const Command attention = addAttentionBenchCommand(*bench);
    const Command report = addBenchReport(*bench, executable);
    const Command wholeModel = addModelBenchCommand(*bench);
    const Command speech = addSpeechBenchCommand(*bench);
    const Command selectors = addSelectorsBenchCommand(*bench, executable);
    const Command stages = addStagesCommand(*bench, executable);
    return [bench, ask, attention, report, wholeModel, speech, selectors, stages] {
        if (bench->got_subcommand("ask")) return ask();
        if (bench->got_subcommand("attention")) return attention();
        if (bench->got_subcommand("speech")) return speech();
        if (bench->got_subcommand("selectors")) return selectors();
        if (bench->got_subcommand("stages")) return stages();
        return bench->got_subcommand("model") ? wholeModel() : report();
    };
}

}  // namespace reelquery
