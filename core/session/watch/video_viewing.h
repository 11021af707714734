#pragma once
// A question's features: from what is warm, what is on disk, or the video itself.

#include <memory>
#include <string>

#include "core/answer/answerer.h"
#include "core/session/keep/warm_state.h"
#include "core/session/plan/planner.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

/// What was seen of a video, and what that cost now.
struct ViewedVideo {
    std::shared_ptr<const VideoFeatures> features;
    std::string featureKey;    ///< see featureKey; empty: these features are not kept
    bool isFromCache = false;  ///< nothing was encoded
    double decodeS = 0, encodeS = 0;
    std::string note;  ///< what the person who asked should know; empty: nothing
};

/// Sends Progress and FrameSeen. Features that were known are not encoded again; frames that the
/// request wants to see and nobody kept are then decoded for the eye alone. Requires the model to
/// be warm. Errors: as encodeVideo.
ViewedVideo viewVideo(const AskContext& ask, const QuestionPlan& question, WarmState& warm);

}  // namespace reelquery
