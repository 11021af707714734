#include "core/session/plan/make_question.h"

#include <utility>

#include "core/base/content_id.h"
#include "core/session/watch/subtitles.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Question makeQuestion(AskRequest request, const RecommendationOf& recommendationOf,
                      const CancelToken& cancel) {
    Question question;
    question.asked = std::move(request);
    const AskRequest& asked = question.asked;
    question.video = probeVideo(asked.video, cancel);
    question.videoId = exactContentId(asked.video, cancel);
    const auto recommended = recommendationOf(asked.model);
    question.sampling = followRecommendation(asked.sampling, recommended);
    question.attention = followRecommendation(asked.attention, recommended);
    question.frames = planFrames(question.video, question.sampling);
    question.subtitles = chosenSubtitles(asked.subtitles, question.video);
    return question;
}

}  // namespace reelquery
