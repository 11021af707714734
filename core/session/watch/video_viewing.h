#pragma once
// Fills a question's features from what is warm, what is on disk, or the video itself.

#include "core/session/ask/prepared_question.h"

namespace reelquery {

/// Sets the fields of `prepared` that come from the video, of a question that was planned. Sends
/// Progress and FrameSeen for `id`. Features that were known are not encoded again; frames that the
/// request wants to see and nobody kept are then decoded for the eye alone. Requires the model to
/// be warm. Errors: as encodeVideo.
void seeVideo(PreparedQuestion& prepared, const AskRequest& request, RequestId id, WarmState& warm,
              const EventSink& sink, const CancelToken& cancel);

}  // namespace reelquery
