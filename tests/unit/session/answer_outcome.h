#pragma once
// An answer with everything it rests on, its prompt read while its video was encoded or afterwards.

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/session/keep/warm_state.h"
#include "core/session/watch/video_features.h"

namespace reelquery {

/// The request as a question about probed files.
Question madeQuestion(const AskRequest& request);

struct Outcome {
    AnswerReport report;
    at::Tensor logits;                     ///< [V] float32, of the prompt's last token
    std::vector<at::Tensor> keys, values;  ///< of every layer, prompt and answer
    std::shared_ptr<const VideoFeatures> video;
    bool isReadBeforeAllIsSeen = false;
};

/// Answers with what is warm. along: whether the prompt is read while the video is encoded.
Outcome outcomeOf(const AskRequest& request, bool along, WarmState& warm);

/// The same with nothing warm.
Outcome outcomeOf(const AskRequest& request, bool along);

/// Checks that both are equal to the last bit.
void checkSameOutcome(const Outcome& one, const Outcome& other);

}  // namespace reelquery
