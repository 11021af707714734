#pragma once
// From a request to a question: the video probed, the frames planned, the subtitles found.

#include <functional>
#include <optional>

#include "core/answer/question.h"
#include "core/base/cancel.h"
#include "core/spec/recommendation.h"

namespace reelquery {

/// What the model of a choice was made for; nothing where that is not known.
using RecommendationOf = std::function<std::optional<Recommendation>(const ModelChoice& choice)>;

/// Reads the video's headers and what exactContentId reads of it; decodes nothing. Thread: any.
/// Errors: kVideo, kUsage (a range outside the video), kCancelled; those of `recommendationOf`.
Question makeQuestion(AskRequest request, const RecommendationOf& recommendationOf,
                      const CancelToken& cancel);

}  // namespace reelquery
