// reelquery models, reelquery random-model.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/bench/random_checkpoint.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

int listModels(const std::string& folder, bool json, const std::string& executable) {
    std::vector<ModelRoot> extra;
    if (!folder.empty()) extra.push_back({folder, "--model"});
    if (const auto embedded = embeddedModelFolder(executable); !embedded.empty()) {
        extra.push_back({embedded, "embedded"});
    }
    const std::vector<ModelRoot> roots = modelRoots(extra);
    const std::vector<ModelEntry> entries = findModels(roots);
    const auto isNamed = [](const ModelEntry& entry) { return entry.source == "--model"; };
    if (!folder.empty() && std::none_of(entries.begin(), entries.end(), isNamed)) {
        throw Error(ErrorCode::kModel, folder + ": " + inspectModel(folder).problem,
                    "name a model's folder, a folder of models or a GGUF file");
    }
    if (json) {
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const ModelEntry& entry : entries) {
            nlohmann::ordered_json needs = nlohmann::ordered_json::array();
            for (const TokenNeed& need : tokenNeeds(entry)) {
                needs.push_back({{"video_tokens", need.videoTokens},
                                 {"bytes", need.bytes},
                                 {"fits", need.fits}});
            }
            list.push_back({{"name", entry.name},
                            {"folder", entry.folder.string()},
                            {"family", entry.family},
                            {"format", entry.format},
                            {"vision_file", entry.visionFile.string()},
                            {"bytes", entry.bytes},
                            {"needs", needs},
                            {"complete", entry.complete},
                            {"hears", entry.hears},
                            {"problem", entry.problem},
                            {"source", entry.source}});
        }
        std::printf("%s\n", list.dump(2).c_str());
        return kExitAnswered;
    }
    for (const ModelEntry& entry : entries) {
        const std::string state = entry.complete ? "complete"
                                  : entry.hears  ? "speech model (transcribe, --subtitles speech)"
                                  : entry.canRun ? "incomplete: " + entry.problem
                                                 : "not usable: " + entry.problem;
        std::printf("%-40s %-11s %-6s %10s  %s\n    %s  [%s]\n", entry.name.c_str(),
                    entry.family.c_str(), entry.format.c_str(), formatBytes(entry.bytes).c_str(),
                    state.c_str(), entry.folder.c_str(), entry.source.c_str());
        if (!entry.visionFile.empty()) std::printf("    with %s\n", entry.visionFile.c_str());
        std::string needs;
        for (const TokenNeed& need : tokenNeeds(entry)) {
            needs += (needs.empty() ? "    video tokens: " : ", ") +
                     std::to_string(need.videoTokens / 1024) + "K need " + formatBytes(need.bytes) +
                     (need.fits ? " (fits)" : " (does not fit)");
        }
        if (!needs.empty()) std::printf("%s\n", needs.c_str());
    }
    if (entries.empty()) {
        std::printf("no Qwen2-VL, Qwen2.5-VL, Qwen3-VL or Whisper checkpoint was found in:\n");
        for (const ModelRoot& root : roots) {
            std::printf("    %s  [%s]\n", root.folder.c_str(), root.source.c_str());
        }
    }
    return kExitAnswered;
}

}  // namespace

Command addModelsCommand(CLI::App& app, const std::string& executable) {
    struct Flags {
        std::string folder;
        bool json = false;
    };

    auto flags = std::make_shared<Flags>();
    CLI::App* command =
        app.add_subcommand("models", "List the checkpoints on this machine, with what they lack");
    command->add_option("--model", flags->folder, "A folder to look at before the usual ones");
    command->add_flag("--json", flags->json, "Print a JSON list");
    return [flags, executable] { return listModels(flags->folder, flags->json, executable); };
}

Command addRandomModelCommand(CLI::App& app) {
    struct Flags {
        std::string like, folder;
        std::uint64_t seed = 1;
    };

    auto flags = std::make_shared<Flags>();
    CLI::App* command = app.add_subcommand(
        "random-model", "Write a checkpoint of random weights, to measure speed and memory with");
    std::vector<std::string> kinds = randomCheckpointKinds();
    for (const std::string& kind : randomSpeechCheckpointKinds()) kinds.push_back(kind);
    command->add_option("--like", flags->like, "Whose shape it has")
        ->required()
        ->check(CLI::IsMember(kinds));
    command->add_option("folder", flags->folder, "A folder that is new or empty")->required();
    command->add_option("--seed", flags->seed, "Seed of the weights")->capture_default_str();
    return [flags] {
        writeRandomCheckpoint(flags->like, flags->folder, flags->seed);
        std::printf("wrote a random %s checkpoint to %s\n", flags->like.c_str(),
                    flags->folder.c_str());
        return kExitAnswered;
    };
}

}  // namespace reelquery
