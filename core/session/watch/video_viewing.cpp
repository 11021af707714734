#include "core/session/watch/video_viewing.h"

#include <ATen/ATen.h>

#include <memory>
#include <utility>

#include "core/answer/frame_stream.h"

namespace reelquery {

namespace {

/// One question's look at its video.
class VideoViewer {
  public:
    VideoViewer(const AskContext& ask, const QuestionPlan& question, const std::string& key,
                WarmState& warm, RowsListener* listener)
        : ask_(ask), question_(question), key_(key), warm_(warm), listener_(listener) {}

    ViewedVideo view() {
        const LoadedModel& model = warm_.model();
        ViewedVideo viewed;
        if (question_.frames.wanted.empty()) {  // words alone are asked about
            const auto nothing = std::make_shared<VideoFeatures>();
            nothing->rows = at::empty({0, 1});
            viewed.features = nothing;
            return viewed;
        }
        KeptFeatures* known = warm_.features.find(key_);
        if (!known) {
            warm_.makeRoomFor(question_.plan, {});
            ComputeTarget place = model.device().target;
            if (question_.rowsOnHost) place.cudaDevice = -1;
            known = warm_.features.load(key_, place, viewed.note, ask_.cancel);
        } else if (question_.rowsOnHost) {
            warm_.features.moveToHost();
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
            viewed.decodeS = decodeVideo(question_,
                                         {.onFrame =
                                              [&](const SampledFrame& frame, int done) {
                                                  tell(Phase::kDecode, done);
                                                  show(shown, frame);
                                              },
                                          .decodingThreads = question_.decodingThreads,
                                          .atLowPriority = ask_.isAhead,
                                          .onScan = scanTeller(),
                                          .cardDecoders = question_.cardDecoders,
                                          .card = question_.device.target.cudaDevice},
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
        fresh.features = encodeVideo(question_, warm_.tower(ask_.cancel), pixels,
                                     {.onFrame =
                                          [&](const SampledFrame& frame, int done) {
                                              tell(Phase::kDecode, done);
                                              if (wantsFrames()) show(fresh.frames, frame);
                                              tell(Phase::kEncode, done);
                                          },
                                      .listener = listener_,
                                      .decodingThreads = question_.decodingThreads,
                                      .atLowPriority = ask_.isAhead,
                                      .onScan = scanTeller(),
                                      .cardDecoders = question_.cardDecoders,
                                      .card = question_.device.target.cudaDevice,
                                      .rowsOnHost = question_.rowsOnHost},
                                     ask_.cancel);
        viewed.features = fresh.features;
        viewed.decodeS = viewed.features->decodeS;
        viewed.encodeS = viewed.features->encodeS;
        if (!key_.empty()) warm_.features.keep(key_, std::move(fresh));
    }

    void show(std::vector<FrameSeen>& shown, const SampledFrame& frame) {
        shown.push_back(frameSeen(ask_.request, frame));
        ask_.sink(shown.back());
    }

    void tell(Phase phase, int done) const {
        ask_.sink(Progress{ask_.request, phase, done,
                           static_cast<std::int64_t>(question_.frames.wanted.size())});
    }

    ScanProgress scanTeller() const {
        return [this](std::int64_t doneBytes, std::int64_t totalBytes) {
            ask_.sink(ScannedTo{ask_.request, doneBytes, totalBytes});
        };
    }

    bool wantsFrames() const { return ask_.question.asked.wantFrames; }

    const AskContext& ask_;
    const QuestionPlan& question_;
    const std::string& key_;
    WarmState& warm_;
    RowsListener* const listener_;
};

}  // namespace

ViewedVideo viewVideo(const AskContext& ask, const QuestionPlan& question, const std::string& key,
                      WarmState& warm, RowsListener* listener) {
    return VideoViewer(ask, question, key, warm, listener).view();
}

}  // namespace reelquery
