#include "core/session/plan/make_question.h"

#include <utility>

#include "core/base/content_id.h"
#include "core/session/hear/question_speech.h"
#include "core/session/watch/subtitles.h"
#include "vision/video/video_probe.h"

namespace reelquery {

Question makeQuestion(AskRequest request, const FrameRulesOf& rulesOf, const CancelToken& cancel,
                      const SpeechFiles& speech, const ScanProgress& onScan) {
    Question question;
    question.asked = std::move(request);
    const AskRequest& asked = question.asked;
    question.video = probeVideo(asked.video, cancel, kScanOnOpenBytes, asked.videoTrack, onScan);
    question.videoId = exactContentId(asked.video, cancel);
    const FrameRules rules = rulesOf(asked.model);
    question.sampling = followRecommendation(asked.sampling, rules.recommended);
    question.sampling.tokenSide = rules.tokenSide;
    question.attention = followRecommendation(asked.attention, rules.recommended);
    question.frames = planFrames(question.video, question.sampling);
    question.subtitles = chosenSubtitles(asked.subtitles, question.video);
    findSpeech(question, speech, cancel);
    return question;
}

}  // namespace reelquery
