#include "core/session/watch/video_features.h"

#include <ATen/ATen.h>

#include <optional>

#include "core/answer/frame_stream.h"
#include "vision/encoder/video_encoder.h"

namespace reelquery {

namespace {

/// Collects features in tensors sized by the plan, so that nothing is copied at the end.
class RowCollector {
  public:
    explicit RowCollector(std::int64_t plannedRows) : plannedRows_(plannedRows) {}

    void add(const std::optional<VisionFeatures>& group) {
        if (!group) return;
        all_.deep.resize(group->deep.size());
        put(group->rows, all_.rows);
        for (std::size_t i = 0; i < group->deep.size(); ++i) put(group->deep[i], all_.deep[i]);
        filled_ += group->rows.size(0);
    }

    /// Moves what was collected into `features`.
    void take(VisionFeatures& features) {
        features.rows = all_.rows.narrow(0, 0, filled_);
        for (const at::Tensor& deep : all_.deep) {
            features.deep.push_back(deep.narrow(0, 0, filled_));
        }
    }

  private:
    void put(const at::Tensor& group, at::Tensor& all) const {
        if (!all.defined()) all = at::empty({plannedRows_, group.size(1)}, group.options());
        all.narrow(0, filled_, group.size(0)).copy_(group);
    }

    VisionFeatures all_;
    const std::int64_t plannedRows_;
    std::int64_t filled_ = 0;
};

double meanPairSeconds(const std::vector<double>& frameTimesS, double planned) {
    // A repeated last frame has no time of its own, so the mean runs over the different ones.
    std::size_t different = frameTimesS.size();
    while (different > 1 && frameTimesS[different - 1] == frameTimesS[different - 2]) --different;
    if (different < 2) return planned;
    return 2 * (frameTimesS[different - 1] - frameTimesS[0]) / static_cast<double>(different - 1);
}

}  // namespace

VideoFeatures encodeVideo(const Question& question, const VisionTower& tower,
                          const PixelConfig& pixels, const FrameObserver& onFrame,
                          const CancelToken& cancel) {
    const FramePlan& plan = question.frames;
    VideoFeatures features;
    VideoEncoder encoder(tower, pixels);
    RowCollector rows(plan.tokens);
    features.sampling = streamFrames(
        question,
        [&](SampledFrame&& frame) {
            features.frameTimesS.push_back(frame.timeS);
            if (onFrame) onFrame(frame, static_cast<int>(features.frameTimesS.size()));
            rows.add(encoder.push(frame.rgb, cancel));
        },
        cancel);
    const double beforeTailS = encoder.seconds();
    rows.add(encoder.finish(cancel));
    rows.take(features);
    features.grid = encoder.grid();
    features.encodeS = encoder.seconds();
    features.decodeS = features.sampling.seconds - beforeTailS;
    features.secondsPerPair = plan.modeUsed == SamplingMode::kExact
                                  ? plan.secondPerGrid
                                  : meanPairSeconds(features.frameTimesS, plan.secondPerGrid);
    return features;
}

double decodeVideo(const Question& question, const FrameObserver& onFrame,
                   const CancelToken& cancel) {
    int done = 0;
    return streamFrames(
               question, [&](SampledFrame&& frame) { onFrame(frame, ++done); }, cancel)
        .seconds;
}

}  // namespace reelquery
