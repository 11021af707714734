// Thresholds from clips: the calibrating backend of core/attention under real prompts.

#include <ATen/ATen.h>

#include <algorithm>

#include "core/attention/calibration.h"
#include "core/session/attention_report.h"
#include "core/session/prepared_question.h"
#include "core/session/workbench.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> clipsIn(const fs::path& folder) {
    std::vector<fs::path> clips;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        if (entry.is_regular_file()) clips.push_back(entry.path());
    }
    if (failed || clips.empty()) {
        throw Error(ErrorCode::kUsage, folder.string() + " holds no clips",
                    "give a folder of video files with --videos");
    }
    std::sort(clips.begin(), clips.end());
    return clips;
}

}  // namespace

int calibrateThresholds(const CalibrationRequest& request, const CalibrationProgress& progress) {
    if (request.model.device == DeviceKind::kCuda) {
        throw Error(ErrorCode::kDevice, "thresholds are calibrated on the processor only",
                    "use --device cpu or leave --device out");
    }
    initVideoLibrary();
    const std::vector<fs::path> clips = clipsIn(request.videos);
    const EventSink silent = [](const Event&) {};
    WarmState warm{SessionStorage()};
    std::unique_ptr<CalibratingBackend> backend;
    int done = 0;
    for (const fs::path& clip : clips) {
        AskRequest ask;
        ask.video = clip;
        ask.question = request.question;
        ask.model = request.model;
        ask.model.device = DeviceKind::kCpu;
        ask.sampling = request.sampling;
        const PreparedQuestion prepared = prepareQuestion(ask, 0, warm, silent, {});
        const LoadedModel& model = warm.model();
        if (!backend) {
            const AttentionTarget target = attentionTarget(model);
            CalibrationOptions options;
            options.stride = request.stride;
            options.coverage = request.coverage;
            backend = std::make_unique<CalibratingBackend>(target.layers, target.heads, options);
        }
        KvCache cache = model.languageModel().makeCache(prepared.promptTokens());
        PrefillReport ignored;
        model.languageModel().prefill({.ids = prepared.prompt.ids,
                                       .positions = prepared.positions,
                                       .visionFeatures = prepared.video->rows,
                                       .chunkTokens = prepared.promptTokens(),
                                       .progress = {},
                                       .cancel = {},
                                       .hook = {}},
                                      cache, *backend, ignored);
        progress(clip.filename().string(), ++done, static_cast<int>(clips.size()));
    }
    writeThresholds(request.out, backend->thresholds(warm.model().describe().name));
    return done;
}

}  // namespace reelquery
