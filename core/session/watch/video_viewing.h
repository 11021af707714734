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
    bool isFromCache = false;  ///< nothing was encoded
    double decodeS = 0, encodeS = 0;
    std::string note;  ///< what the person who asked should know; empty: nothing
};

/// key: see featureKey; empty: these features are neither found nor kept. listener: hears how far
/// features are that have to be encoded; may be null. Sends Progress and FrameSeen. Features that
/// were known are not encoded again; frames that the request wants to see and nobody kept are then
/// decoded for the eye alone. Requires the model to be warm. Errors: as encodeVideo.
ViewedVideo viewVideo(const AskContext& ask, const QuestionPlan& question, const std::string& key,
                      WarmState& warm, RowsListener* listener);

}  // namespace reelquery
