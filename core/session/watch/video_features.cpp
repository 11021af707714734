#include "core/session/watch/video_features.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/answer/frame_stream.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/video_encoder.h"
#include "vision/video/decode_memory.h"
#include "vision/video/frame_sampler.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Puts groups of rows one behind the other into tensors sized by the plan, so that nothing is
/// copied at the end and what is there can be read before it.
class RowCollector {
  public:
    RowCollector(std::int64_t plannedRows, bool onHost, VisionFeatures& all)
        : plannedRows_(plannedRows), onHost_(onHost), all_(all) {}

    void add(const std::optional<VisionFeatures>& group) {
        if (!group) return;
        all_.deep.resize(group->deep.size());
        put(group->rows, all_.rows);
        for (std::size_t i = 0; i < group->deep.size(); ++i) put(group->deep[i], all_.deep[i]);
        filled_ += group->rows.size(0);
    }

    std::int64_t filled() const { return filled_; }

    /// Leaves those rows only that came.
    void finish() {
        all_.rows = all_.rows.narrow(0, 0, filled_);
        for (at::Tensor& deep : all_.deep) deep = deep.narrow(0, 0, filled_);
    }

  private:
    void put(const at::Tensor& group, at::Tensor& all) const {
        if (!all.defined()) {
            const at::Device where = onHost_ ? at::Device(at::kCPU) : group.device();
            all = at::empty({plannedRows_, group.size(1)}, group.options().device(where));
        }
        all.narrow(0, filled_, group.size(0)).copy_(group);
    }

    const std::int64_t plannedRows_;
    const bool onHost_;
    VisionFeatures& all_;
    std::int64_t filled_ = 0;
};

double meanPairSeconds(const std::vector<double>& frameTimesS, double planned) {
    // A repeated last frame has no time of its own, so the mean runs over the different ones.
    std::size_t different = frameTimesS.size();
    while (different > 1 && frameTimesS[different - 1] == frameTimesS[different - 2]) --different;
    if (different < 2) return planned;
    return 2 * (frameTimesS[different - 1] - frameTimesS[0]) / static_cast<double>(different - 1);
}

double pairSeconds(const FramePlan& plan, const std::vector<double>& frameTimesS) {
    return plan.modeUsed == SamplingMode::kExact ? plan.secondPerGrid
                                                 : meanPairSeconds(frameTimesS, plan.secondPerGrid);
}

SamplingLimits limitsFor(const Question& question, const VideoLook& look) {
    return {look.decodingThreads, waitingFrames(question.frames.size),
            look.atLowPriority,   look.onScan,
            look.cardDecoders,    look.card};
}

/// The features of a video whose frames can all be had, without the rows.
VideoFeatures expectedFeatures(const Question& question, const VisionConfig& config) {
    VideoFeatures features;
    features.frameTimesS = expectedTimes(question.video, question.frames);
    features.grid = gridOf(std::ssize(features.frameTimesS), question.frames.size.height,
                           question.frames.size.width, config);
    features.secondsPerPair = pairSeconds(question.frames, features.frameTimesS);
    return features;
}

}  // namespace

std::shared_ptr<const VideoFeatures> encodeVideo(const Question& planned, const VisionTower& tower,
                                                 const PixelConfig& pixels, const VideoLook& look,
                                                 const CancelToken& cancel) {
    const auto start = Clock::now();
    std::optional<Question> settled;
    if (auto frames = settleFrames(planned.video, planned.frames, cancel, look.onScan)) {
        settled = planned;
        settled->video = std::move(frames->info);
        settled->frames = std::move(frames->plan);
    }
    const Question& question = settled ? *settled : planned;
    const auto expected =
        std::make_shared<VideoFeatures>(expectedFeatures(question, tower.config()));
    const std::int64_t merge = tower.config().mergeSize;
    const std::int64_t wholeRows = expected->grid.patches() / (merge * merge);
    const auto features = std::make_shared<VideoFeatures>();
    double listenedS = 0;
    const auto listen = [&](const auto& tell) {
        if (!look.listener) return;
        const auto began = Clock::now();
        tell(*look.listener);
        listenedS += secondsSince(began);
    };
    listen([&](RowsListener& listener) { listener.begin(features, expected); });
    VideoEncoder encoder(tower, pixels);
    RowCollector rows(wholeRows, look.rowsOnHost, *features);
    features->sampling = streamFrames(
        question,
        [&](SampledFrame&& frame) {
            features->frameTimesS.push_back(frame.timeS);
            if (look.onFrame) look.onFrame(frame, static_cast<int>(features->frameTimesS.size()));
            const auto group = encoder.push(frame.rgb, cancel);
            rows.add(group);
            // The last rows are read by whoever reads on: what is encoded is kept before.
            if (group && rows.filled() < wholeRows)
                listen([&](RowsListener& listener) { listener.more(rows.filled()); });
        },
        cancel, limitsFor(question, look));
    rows.add(encoder.finish(cancel));
    rows.finish();
    features->grid = encoder.grid();
    features->encodeS = encoder.seconds();
    features->decodeS = std::max(secondsSince(start) - encoder.seconds() - listenedS, 0.0);
    features->secondsPerPair = pairSeconds(question.frames, features->frameTimesS);
    return features;
}

double decodeVideo(const Question& question, const VideoLook& look, const CancelToken& cancel) {
    int done = 0;
    return streamFrames(
               question, [&](SampledFrame&& frame) { look.onFrame(frame, ++done); }, cancel,
               limitsFor(question, look))
        .seconds;
}

}  // namespace reelquery
