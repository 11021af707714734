// reelquery: subcommands on the terminal, a window without one.

#include "app/cli/command_line.h"
#include "app/library_environment.h"

#ifdef REELQUERY_HAS_WINDOW
#include <utility>

#include "app/executable_path.h"
#include "app/gui/window_setup.h"
#include "app/program_doors.h"
#include "app/program_hub.h"
#include "app/version.h"
#include "core/session/device_list.h"
#include "core/session/plan/model_catalog.h"
#include "core/session/session.h"

namespace {

std::vector<reelquery::FoundDevice> findDevices() {
    std::vector<reelquery::FoundDevice> found;
    for (const reelquery::DeviceEntry& device : reelquery::listDevices()) {
        found.push_back(
            {device.name, device.kind, device.memoryBytes, device.isUsable, device.note});
    }
    return found;
}

int openWindow(int argc, char** argv, const reelquery::WindowRequest& window) {
    reelquery::WindowSetup setup;
    setup.makeSession = [](reelquery::EventSink sink, reelquery::ServerKey keyOf) {
        return reelquery::makeSession(std::move(sink), reelquery::defaultStorage(),
                                      std::move(keyOf));
    };
    setup.findModels = [](const std::vector<reelquery::ModelRoot>& extra) {
        return reelquery::findModels(reelquery::modelRoots(extra));
    };
    setup.tokenNeeds = reelquery::tokenNeeds;
    setup.hub = reelquery::programHub();
    setup.gpuHalf = reelquery::programGpuHalf();
    setup.storage.folder = reelquery::defaultStorage().featureFolder.parent_path();
    setup.storage.list = [] { return reelquery::storedVideos(reelquery::defaultStorage()); };
    setup.storage.forget = [](const std::string& content) {
        reelquery::forgetVideo(reelquery::defaultStorage(), content);
    };
    setup.isVerbose = window.isVerbose;
    setup.hear = [](const reelquery::HearRequest& request, const reelquery::HearProgress& progress,
                    const reelquery::CancelToken& cancel) {
        const reelquery::SpeechFiles files(reelquery::defaultStorage().speechFolder);
        return reelquery::hearOnce(request, files, false, nullptr, progress, cancel);
    };
    setup.readLines = reelquery::videoLines;
    setup.findDevices = findDevices;
    setup.makeSecretStore = reelquery::desktopSecretStore;
    setup.paths.assign(window.paths.begin(), window.paths.end());
    if (!window.modelFolder.empty()) setup.modelRoots.push_back({window.modelFolder, "--model"});
    const std::filesystem::path executable = reelquery::executablePath(argv[0]);
    setup.embeddedModel = reelquery::embeddedModelFolder(executable);
    const reelquery::SampleVideo sample = reelquery::sampleVideo(executable);
    setup.sampleVideo = sample.path;
    if (window.wantsSample && !sample.path.empty()) setup.paths.push_back(sample.path);
    setup.sampleQuestions = sample.questions;
    reelquery::letProgramsIn(setup, executable);
    setup.version = reelquery::kVersion;
    return reelquery::runWindow(argc, argv, std::move(setup));
}

}  // namespace
#endif

int main(int argc, char** argv) {
    reelquery::restartUnlessOpenmpWaitingSet(argv);
    reelquery::WindowRequest window;
#ifdef REELQUERY_HAS_WINDOW
    const int code = reelquery::runCommandLine(argc, argv, true, window);
    return window.wanted ? openWindow(argc, argv, window) : code;
#else
    return reelquery::runCommandLine(argc, argv, false, window);
#endif
}
