// reelquery bench selectors: ways to choose blocks beside each other on one question.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/selector_words.h"
#include "app/cli/shared_flags.h"
#include "core/bench/selector_bench.h"

namespace reelquery {

namespace {

struct SelectorsFlags {
    QuestionFlags question;
    std::vector<std::string> tried;
    bool json = false;
};

void print(const SelectorBench& bench) {
    std::printf("%lld prompt tokens, %s, %s; dense attention %.2f s\n",
                static_cast<long long>(bench.promptTokens), bench.device.c_str(),
                bench.dtype.c_str(), bench.attentionS);
    std::printf("%-40s %9s %9s %11s %9s\n", "", "density", "kept", "worst head", "choosing");
    for (const SelectorFigures& one : bench.figures) {
        std::printf("%-40s %7.1f %% %7.1f %% %9.1f %% %7.3f s\n", one.name.c_str(),
                    100 * one.density, 100 * one.keptMass, 100 * one.worstHead, one.selectionS);
    }
}

void printJson(const SelectorBench& bench, const std::vector<std::string>& tried) {
    nlohmann::ordered_json json = {{"model", bench.model},
                                   {"device", bench.device},
                                   {"dtype", bench.dtype},
                                   {"prompt_tokens", bench.promptTokens},
                                   {"video_tokens", bench.videoTokens},
                                   {"dense_attention_s", bench.attentionS},
                                   {"selectors", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < bench.figures.size(); ++i) {
        const SelectorFigures& one = bench.figures[i];
        json["selectors"].push_back({{"tried", tried[i]},
                                     {"name", one.name},
                                     {"density", one.density},
                                     {"kept_true_mass", one.keptMass},
                                     {"worst_head", one.worstHead},
                                     {"selection_s", one.selectionS}});
    }
    std::printf("%s\n", json.dump(1).c_str());
}

int runSelectorsBench(const SelectorsFlags& flags, const std::string& executable) {
    const AskRequest request = flags.question.request(executable);
    std::vector<SelectorOptions> tried;
    for (const std::string& words : flags.tried) {
        const AttentionOptions options = selectorOfWords(words, request.attention, "--try");
        if (options.kind != AttentionKind::kSparse) {
            throw Error(ErrorCode::kUsage, "--try " + words + ": chooses no blocks",
                        "every other choice of --attention can be tried");
        }
        tried.push_back(options.selector);
    }
    const SelectorBench bench = benchSelectors(request, tried, {});
    if (flags.json)
        printJson(bench, flags.tried);
    else
        print(bench);
    return kExitAnswered;
}

}  // namespace

Command addSelectorsBenchCommand(CLI::App& bench, const std::string& executable) {
    auto flags = std::make_shared<SelectorsFlags>();
    CLI::App* command = bench.add_subcommand(
        "selectors", "Hold ways to choose blocks against the true attention mass of a question");
    flags->question.addTo(*command);
    command->remove_option(command->get_option("--attention"));  // --try says it
    command
        ->add_option("--try", flags->tried,
                     std::string("What to try, again for each: ") + kSelectorWords)
        ->required()
        ->take_all();
    command->add_flag("--json", flags->json, "Print one JSON object");
    return [flags, executable] { return runSelectorsBench(*flags, executable); };
}

}  // namespace reelquery
