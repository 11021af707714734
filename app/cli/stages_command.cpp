// reelquery bench stages: a question's values on the way through the model, for developers.

#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/shared_flags.h"
#include "core/bench/stage_dump.h"

namespace reelquery {

Command addStagesCommand(CLI::App& bench, const std::string& executable) {
    struct Flags {
        QuestionFlags question;
        std::string file;
    };

    auto flags = std::make_shared<Flags>();
    CLI::App* command =
        bench.add_subcommand("stages", "Write what every stage of the model makes of a question");
    command->group("");  // not in the help
    flags->question.addTo(*command);
    command->add_option("--out", flags->file, "A safetensors file; see core/bench/stage_dump.h")
        ->required();
    return [flags, executable] {
        dumpStages(flags->question.request(executable), flags->file, {});
        return kExitAnswered;
    };
}

}  // namespace reelquery
