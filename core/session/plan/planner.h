#pragma once
// What a question will cost, from the headers of the video and of the model alone.

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/cancel.h"
#include "core/device/device.h"
#include "core/session/events.h"
#include "core/session/session.h"
#include "core/spec/model_config.h"
#include "vision/video/frame_plan.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// A plan together with what it was made from, so that answering need not probe again.
struct QuestionPlan {
    Plan plan;
    VideoInfo video;
    std::string videoId;         ///< exactContentId of the video, read once for all who tell it apart
    SamplingOptions sampling;    ///< the request's, moved to what the checkpoint recommends
    AttentionOptions attention;  ///< the request's, with the checkpoint's threshold if it has none
    FramePlan frames;
    ModelConfig config;
    ResolvedDevice device;
    std::optional<SubtitleSource> subtitles;  ///< that go into the prompt
};

/// Memory held between questions, which a question may use again or have freed: where it lies.
struct HeldMemory {
    std::int64_t hostBytes = 0;
    std::int64_t cardBytes = 0;  ///< of the card that the question would run on
};

/// Works a question out. Reads headers, and of the video what exactContentId reads. Fills
/// plan.choices where it does not fit; leaves plan.forecast to WarmState::plan. Errors: kVideo,
/// kModel, kDevice, kUsage (a range outside the video), kCancelled.
QuestionPlan planQuestion(const AskRequest& request, const HeldMemory& held,
                          const CancelToken& cancel);

/// Throws Error{kMemory} with the numbers and the choices unless the plan fits.
void requireFit(const QuestionPlan& question);

}  // namespace reelquery
