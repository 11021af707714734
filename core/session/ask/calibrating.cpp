#include "core/session/ask/calibrating.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "core/attention/calibration.h"
#include "core/device/device_errors.h"
#include "core/session/ask/prepared_question.h"
#include "core/session/plan/frame_rules.h"
#include "core/session/plan/make_question.h"
#include "core/session/report/attention_report.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> filesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// The question about one file, or nothing where the file is no video; `leftOut` then says why.
std::optional<PreparedQuestion> prepared(const AskRequest& ask, WarmState& warm,
                                         std::string& leftOut) {
    const AnswerSink silent = [](const AnswerEvent&) {};
    const CancelToken never;
    try {
        const Question question = makeQuestion(ask, frameRulesOf, never);
        return prepareQuestion({question, 0, silent, never}, warm);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::kVideo) throw;
        leftOut = error.message();
        return std::nullopt;
    }
}

int calibrate(const CalibrationRequest& request, const CalibrationProgress& progress) {
    initVideoLibrary();
    const std::vector<fs::path> files = filesIn(request.videos);
    WarmState warm{SessionStorage()};
    std::unique_ptr<CalibratingBackend> backend;
    int done = 0, clips = 0;
    for (const fs::path& clip : files) {
        AskRequest ask;
        ask.video = clip;
        ask.question = request.question;
        ask.model = request.model;
        ask.model.device = DeviceKind::kCpu;
        ask.sampling = request.sampling;
        std::string leftOut;
        const auto question = prepared(ask, warm, leftOut);
        ++done;
        if (!question) {
            progress(clip.filename().string(), done, static_cast<int>(files.size()), leftOut);
            continue;
        }
        const LoadedModel& model = warm.model();
        if (!backend) {
            const AttentionTarget target = attentionTarget(model);
            CalibrationOptions options;
            options.stride = request.stride;
            options.coverage = request.coverage;
            backend = std::make_unique<CalibratingBackend>(target.layers, target.heads, options);
        }
        KvCache cache = model.languageModel().makeCache(question->promptTokens());
        PrefillReport ignored;
        model.languageModel().prefill({.ids = question->prompt.ids,
                                       .positions = question->positions,
                                       .visionFeatures = *question->video,
                                       .chunkTokens = question->promptTokens()},
                                      cache, *backend, ignored);
        progress(clip.filename().string(), done, static_cast<int>(files.size()), {});
        ++clips;
    }
    if (!backend) {
        throw Error(ErrorCode::kUsage, request.videos.string() + " holds no clips",
                    "give a folder of video files with --videos");
    }
    writeThresholds(request.out, backend->thresholds(warm.model().describe().name));
    return clips;
}

}  // namespace

int calibrateThresholds(const CalibrationRequest& request, const CalibrationProgress& progress) {
    if (request.model.device == DeviceKind::kCuda) {
        throw Error(ErrorCode::kDevice, "thresholds are calibrated on the processor only",
                    "use --device cpu or leave --device out");
    }
    try {
        return calibrate(request, progress);
    } catch (...) {
        rethrowDeviceError(-1, "calibrating");
    }
}

}  // namespace reelquery
