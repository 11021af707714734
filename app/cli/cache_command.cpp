// reelquery cache: what video features take on disk, and how to be rid of them.

#include <cstdio>
#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/session/keep/feature_files.h"
#include "core/session/session.h"

namespace reelquery {

namespace {

int runCache(const std::string& action) {
    const SessionStorage storage = defaultStorage();
    if (storage.featureFolder.empty()) {
        std::printf("no video features are kept: neither XDG_CACHE_HOME nor HOME is set\n");
        return kExitAnswered;
    }
    const bool clears = action == "clear";
    const StoredFeatures found =
        clears ? clearStoredFeatures(storage.featureFolder) : storedFeatures(storage.featureFolder);
    std::printf("%s%d file%s of video features, %s of %s at most, in %s\n",
                clears ? "removed " : "", found.videos, found.videos == 1 ? "" : "s",
                formatBytes(found.bytes).c_str(), formatBytes(storage.featureBytes).c_str(),
                storage.featureFolder.c_str());
    return kExitAnswered;
}

}  // namespace

Command addCacheCommand(CLI::App& app) {
    auto action = std::make_shared<std::string>("show");
    CLI::App* command =
        app.add_subcommand("cache", "Show or clear the video features kept on disk");
    command->add_option("action", *action, "show or clear")
        ->check(CLI::IsMember({"show", "clear"}))
        ->capture_default_str();
    return [action] { return runCache(*action); };
}

}  // namespace reelquery
