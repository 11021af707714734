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
    VideoViewer(PreparedQuestion& prepared, const AskRequest& request, RequestId id,
                WarmState& warm, const EventSink& sink, const CancelToken& cancel)
        : prepared_(prepared),
          request_(request),
          id_(id),
          warm_(warm),
          sink_(sink),
          cancel_(cancel) {}

    void see() {
        const LoadedModel& model = warm_.model();
        if (request_.mayReuse)
            prepared_.featureKey = featureKey(prepared_.question, model.filesId());
        std::string note;
        KeptFeatures* known = warm_.features.find(prepared_.featureKey);
        if (!known) {
            warm_.makeRoomFor(prepared_.question.plan);
            known = warm_.features.load(prepared_.featureKey, model.device().target, note);
        }
        known ? use(*known) : encode(note);
        if (!note.empty()) prepared_.notes.push_back(note);
    }

  private:
    void use(KeptFeatures& known) {
        prepared_.video = known.features;
        prepared_.featuresFromCache = true;
        if (!request_.wantFrames) return;
        if (known.frames.empty()) {
            // Only for the eye: nothing that is answered depends on it.
            std::vector<FrameSeen> shown;
            prepared_.decodeS = decodeVideo(
                prepared_.question.video, prepared_.question.frames,
                [&](const SampledFrame& frame, int done) {
                    tell(Phase::kDecode, done);
                    show(shown, frame);
                },
                cancel_);
            known.frames = std::move(shown);
            return;
        }
        for (FrameSeen frame : known.frames) {
            frame.request = id_;
            sink_(std::move(frame));
        }
    }

    void encode(std::string& note) {
        KeptFeatures fresh;
        const auto features = std::make_shared<VideoFeatures>(encodeVideo(
            prepared_.question.video, prepared_.question.frames, warm_.model().visionTower(),
            warm_.model().config().pixels,
            [&](const SampledFrame& frame, int done) {
                tell(Phase::kDecode, done);
                if (request_.wantFrames) show(fresh.frames, frame);
                tell(Phase::kEncode, done);
            },
            cancel_));
        prepared_.decodeS = features->decodeS;
        prepared_.encodeS = features->encodeS;
        prepared_.video = fresh.features = features;
        if (prepared_.featureKey.empty()) return;
        warm_.features.keep(prepared_.featureKey, std::move(fresh), note);
    }

    void show(std::vector<FrameSeen>& shown, const SampledFrame& frame) {
        shown.push_back(frameSeen(id_, frame));
        sink_(shown.back());
    }

    void tell(Phase phase, int done) const {
        sink_(Progress{id_, phase, done,
                       static_cast<std::int64_t>(prepared_.question.frames.wanted.size())});
    }

    PreparedQuestion& prepared_;
    const AskRequest& request_;
    const RequestId id_;
    WarmState& warm_;
    const EventSink& sink_;
    const CancelToken& cancel_;
};

}  // namespace

void seeVideo(PreparedQuestion& prepared, const AskRequest& request, RequestId id, WarmState& warm,
              const EventSink& sink, const CancelToken& cancel) {
    VideoViewer(prepared, request, id, warm, sink, cancel).see();
}

}  // namespace reelquery
