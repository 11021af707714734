// reelquery cache: what is kept on disk of videos, and how to be rid of it.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/session/hear/speech_files.h"
#include "core/session/keep/feature_files.h"
#include "core/session/session.h"

namespace reelquery {

namespace {

std::string speechLine(const StoredSpeech& one) {
    if (one.version == 0) return "damaged, " + formatBytes(one.bytes);
    return one.video.string() + ": " + std::to_string(one.lines) +
           (one.lines == 1 ? " line" : " lines") +
           (one.language.empty() ? "" : " in " + one.language) + ", " + one.model + ", " +
           formatBytes(one.bytes) +
           (one.version == kSpeechVersion ? "" : ", of another version of this program");
}

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
    if (clears) {
        const int removed = clearStoredSpeech(storage.speechFolder);
        std::printf("removed what was heard in %d video%s, in %s\n", removed,
                    removed == 1 ? "" : "s", storage.speechFolder.c_str());
        return kExitAnswered;
    }
    const std::vector<StoredSpeech> heard = storedSpeech(storage.speechFolder);
    std::printf("%zu text%s made from speech, %s at most, in %s\n", heard.size(),
                heard.size() == 1 ? "" : "s", formatBytes(kMostSpeechBytes).c_str(),
                storage.speechFolder.c_str());
    for (const StoredSpeech& one : heard) std::printf("    %s\n", speechLine(one).c_str());
    return kExitAnswered;
}

}  // namespace

Command addCacheCommand(CLI::App& app) {
    auto action = std::make_shared<std::string>("show");
    CLI::App* command = app.add_subcommand(
        "cache", "Show or clear what is kept on disk: video features, what was heard");
    command->add_option("action", *action, "show or clear")
        ->check(CLI::IsMember({"show", "clear"}))
        ->capture_default_str();
    return [action] { return runCache(*action); };
}

}  // namespace reelquery
