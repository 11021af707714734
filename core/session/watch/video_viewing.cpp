#include "core/session/watch/video_viewing.h"

#include <ATen/ATen.h>

#include <memory>
#include <utility>

namespace reelquery {

namespace {

/// The pixels of a frame in the order a screen wants them, [height, width, 3].
FrameSeen frameSeen(RequestId id, const SampledFrame& frame) {
    const at::Tensor pixels = frame.rgb.permute({1, 2, 0}).contiguous();
    const auto* first = pixels.const_data_ptr<std::uint8_t>();
    FrameSeen seen;
    seen.request = id;
    seen.index = frame.position;
    seen.timeS = frame.timeS;
    seen.width = static_cast<int>(pixels.size(1));
    seen.height = static_cast<int>(pixels.size(0));
    seen.rgb = std::make_shared<const std::vector<std::uint8_t>>(first, first + pixels.numel());
    return seen;
}

/// One question's look at its video.
class VideoViewer {
  public:
    VideoViewer(const AskContext& ask, const QuestionPlan& question, WarmState& warm)
        : ask_(ask), question_(question), warm_(warm) {}

    ViewedVideo view() {
        const LoadedModel& model = warm_.model();
        ViewedVideo viewed;
        if (ask_.question.asked.mayReuse)
            viewed.featureKey = featureKey(question_, model.filesId());
        KeptFeatures* known = warm_.features.find(viewed.featureKey);
        if (!known) {
            warm_.makeRoomFor(question_.plan);
            known = warm_.features.load(viewed.featureKey, model.device().target, viewed.note,
                                        ask_.cancel);
        }
        known ? use(*known, viewed) : encode(viewed);
        return viewed;
    }

  private:
    void use(KeptFeatures& known, ViewedVideo& viewed) {
        viewed.features = known.features;
        viewed.isFromCache = true;
        if (!wantsFrames()) return;
        if (known.frames.empty()) {
            // Only for the eye: nothing that is answered depends on it.
            std::vector<FrameSeen> shown;
            viewed.decodeS = decodeVideo(
                question_,
                [&](const SampledFrame& frame, int done) {
                    tell(Phase::kDecode, done);
                    show(shown, frame);
                },
                ask_.cancel);
            known.frames = std::move(shown);
            return;
        }
        for (FrameSeen frame : known.frames) {
            frame.request = ask_.request;
            ask_.sink(std::move(frame));
        }
    }

    void encode(ViewedVideo& viewed) {
        KeptFeatures fresh;
        const ModelConfig& config = warm_.model().config();
        const PixelConfig& pixels =
            question_.video.isStillImage ? config.pixels : config.videoPixels;
        const auto features = std::make_shared<VideoFeatures>(encodeVideo(
            question_, warm_.model().visionTower(), pixels,
            [&](const SampledFrame& frame, int done) {
                tell(Phase::kDecode, done);
                if (wantsFrames()) show(fresh.frames, frame);
                tell(Phase::kEncode, done);
            },
            ask_.cancel));
        viewed.decodeS = features->decodeS;
        viewed.encodeS = features->encodeS;
        viewed.features = fresh.features = features;
        if (!viewed.featureKey.empty()) warm_.features.keep(viewed.featureKey, std::move(fresh));
    }

    void show(std::vector<FrameSeen>& shown, const SampledFrame& frame) {
        shown.push_back(frameSeen(ask_.request, frame));
        ask_.sink(shown.back());
    }

    void tell(Phase phase, int done) const {
        ask_.sink(Progress{ask_.request, phase, done,
                           static_cast<std::int64_t>(question_.frames.wanted.size())});
    }

    bool wantsFrames() const { return ask_.question.asked.wantFrames; }

    const AskContext& ask_;
    const QuestionPlan& question_;
    WarmState& warm_;
};

}  // namespace

ViewedVideo viewVideo(const AskContext& ask, const QuestionPlan& question, WarmState& warm) {
    return VideoViewer(ask, question, warm).view();
}

}  // namespace reelquery
