#pragma once
// What the program hands to its window. Standard types only, so that main.cpp needs no Qt.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/models/gpu_half.h"
#include "app/gui/models/model_hub.h"
#include "app/gui/program_door.h"
#include "app/gui/state/secret_store.h"
#include "core/session/hear/kept_hearing.h"
#include "core/session/keep/stored_videos.h"
#include "core/session/plan/model_catalog.h"
#include "core/session/session.h"
#include "core/session/watch/video_lines.h"

namespace reelquery {

/// A device of this machine, for the device page.
struct FoundDevice {
    std::string name;  ///< "AMD EPYC ..., 16 threads", "NVIDIA H100"
    DeviceKind kind = DeviceKind::kCpu;
    std::int64_t memoryBytes = 0;  ///< 0 when unknown
    bool usable = false;
    std::string note;  ///< number type and instructions used, or why it is not usable
};

/// What the engine keeps of videos, for the page that shows and forgets it. Functions run on worker
/// threads; empty ones: nothing is kept.
struct StorageDoor {
    std::filesystem::path folder;  ///< where it lies
    std::function<std::map<std::string, StoredVideo>()> list;
    std::function<void(const std::string& content)> forget;  ///< see forgetVideo
};

/// Everything the window needs from outside. Functions left empty switch their page to a hint.
struct WindowSetup {
    /// Makes the engine; events go to the sink. Required.
    std::function<std::unique_ptr<Session>(EventSink, ServerKey)> makeSession;
    /// Searches for models below the usual folders and `extra`. Runs on a worker thread.
    std::function<std::vector<ModelEntry>(const std::vector<ModelRoot>& extra)> findModels;
    /// What a model needs of this machine; asks the card, so only for who looks at it. Runs on a
    /// worker thread.
    std::function<std::vector<TokenNeed>(const ModelEntry& entry)> tokenNeeds;
    ModelHub hub;  ///< where models can be fetched from
    StorageDoor storage;
    GpuHalf gpuHalf;   ///< fetches what a card needs; see GpuHalf
    ProgramDoor door;  ///< for other programs; see letProgramsIn
    /// Hears what is said in a video and keeps it. Runs on a thread of its own; throws Error. Empty
    /// where nothing can be heard.
    std::function<KeptSpeech(const HearRequest&, const HearProgress&, const CancelToken&)> hear;
    /// Reads what is said in a video, to be searched; see videoLines. Runs on a worker thread.
    /// Empty: only answers are searched.
    std::function<std::vector<VideoLine>(const std::filesystem::path& video, const SubtitleSource&,
                                         const CancelToken&)>
        readLines;
    /// Lists the devices. Runs on a worker thread.
    std::function<std::vector<FoundDevice>()> findDevices;

    /// Makes the store that the keys of servers go to; empty, or without a store: a file's.
    std::function<std::unique_ptr<SecretStore>()> makeSecretStore;

    std::vector<std::filesystem::path> paths;  ///< videos or folders given on the command line
    std::vector<ModelRoot> modelRoots;         ///< searched before the usual folders
    std::filesystem::path embeddedModel;       ///< empty when the program ships none
    std::filesystem::path sampleVideo;         ///< empty when the program ships none
    std::vector<std::string> sampleQuestions;
    std::string version;
    std::string crash;       ///< what the last run's crash left; see hadCrash
    bool hadCrash = false;   ///< the program did not end by itself the last time
    bool isVerbose = false;  ///< the log names files

    /// Where the window keeps its settings and its library; empty: the user's usual folders.
    std::filesystem::path dataFolder;
};

/// Opens the window and runs until it is closed.
/// argc, argv: the program's, for Qt's own options. Thread: main. Returns the exit status.
int runWindow(int argc, char** argv, WindowSetup setup);

}  // namespace reelquery
