// reelquery pull: a model from the hub, because somebody asked for it.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/fetch_printer.h"
#include "app/cli/report_format.h"
#include "core/base/error.h"
#include "core/bench/random_checkpoint.h"
#include "core/fetch/curated_models.h"
#include "core/fetch/model_fetch.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

struct PullFlags {
    std::string repository, revision = "main", file;
    bool list = false, json = false, planOnly = false, anyway = false, quiet = false;
};

nlohmann::ordered_json needsJson(const std::vector<TokenNeed>& needs) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const TokenNeed& need : needs) {
        list.push_back(
            {{"video_tokens", need.videoTokens}, {"bytes", need.bytes}, {"fits", need.fits}});
    }
    return list;
}

int listCurated(bool asJson) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CuratedModel& model : curatedModels()) {
        const std::vector<TokenNeed> needs =
            model.shape.empty() ? std::vector<TokenNeed>()
                                : needsOfShape(model.shape, model.weightBytes, model.isPacked);
        if (asJson) {
            list.push_back({{"name", model.repository},
                            {"licence", model.licence},
                            {"bytes", model.weightBytes},
                            {"hears", model.shape.empty()},
                            {"needs", needsJson(needs)}});
            continue;
        }
        std::printf("%-33s %10s  %s\n", model.repository.c_str(),
                    formatBytes(model.weightBytes).c_str(), model.licence.c_str());
        std::string line;
        for (const TokenNeed& need : needs) {
            line += (line.empty() ? "    video tokens: " : ", ") +
                    std::to_string(need.videoTokens / 1024) + "K need " + formatBytes(need.bytes) +
                    (need.fits ? " (fits)" : " (does not fit)");
        }
        std::printf("%s\n", model.shape.empty() ? "    makes subtitles from speech" : line.c_str());
    }
    if (asJson) std::printf("%s\n", list.dump(2).c_str());
    return kExitAnswered;
}

int runPull(const PullFlags& flags) {
    if (flags.list) return listCurated(flags.json);
    if (flags.repository.empty()) {
        throw Error(ErrorCode::kUsage, "which model?",
                    "reelquery pull OWNER/NAME; --list shows some that run here");
    }
    FetchWish wish;
    wish.repository = flags.repository;
    wish.revision = flags.revision;
    wish.gguf = flags.file;
    wish.access = hubAccess();
    wish.cache = hubCacheFolder();
    return untilInterrupted([&](const std::stop_token& stop) {
        const FetchPlan plan = planFetch(wish, stop);
        if (!flags.quiet || flags.planOnly) {
            std::fprintf(flags.planOnly ? stdout : stderr,
                         "%s at %s: %zu files, %s, %s missing; licence: %s; %s free in %s\n",
                         flags.repository.c_str(), plan.listing.commit.substr(0, 12).c_str(),
                         plan.files.size(), formatBytes(plan.bytes).c_str(),
                         formatBytes(plan.missingBytes).c_str(),
                         plan.listing.licence.empty() ? "not told" : plan.listing.licence.c_str(),
                         formatBytes(plan.freeBytes).c_str(), wish.cache.c_str());
        }
        if (flags.planOnly) return kExitAnswered;
        std::filesystem::path folder;
        {
            FetchPrinter printer(flags.quiet);
            folder = fetchModel(
                wish, plan, flags.anyway,
                [&](const FetchProgress& progress) { printer.show(progress); }, stop);
        }
        std::printf("%s\n", folder.c_str());
        return kExitAnswered;
    });
}

}  // namespace

Command addPullCommand(CLI::App& app) {
    auto flags = std::make_shared<PullFlags>();
    CLI::App* command =
        app.add_subcommand("pull", "Fetch a model from the hub into its cache, verified");
    command->add_option("model", flags->repository, "OWNER/NAME, e.g. Qwen/Qwen3-VL-2B-Instruct");
    command->add_flag("--list", flags->list,
                      "Show models that run here, with what they need; asks no network");
    command->add_flag("--json", flags->json, "With --list: print a JSON list");
    command->add_flag("--plan", flags->planOnly, "Only ask the hub what it would fetch");
    command->add_option("--revision", flags->revision, "Branch, tag or commit")
        ->capture_default_str();
    command->add_option("--file", flags->file, "Of a repository in GGUF: which of its files");
    command->add_flag("--anyway", flags->anyway,
                      "Also a model of a family that cannot be run here");
    command->add_flag("--quiet", flags->quiet, "Say nothing but the folder");
    return [flags] { return runPull(*flags); };
}

}  // namespace reelquery
