#include "core/session/plan/make_question.h"

#include <memory>
#include <utility>

#include "core/base/content_id.h"
#include "core/session/hear/question_speech.h"
#include "core/session/watch/subtitles.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

/// The lines that came with the question, each up to the next one.
void takeCarried(Question& question) {
    auto text = std::make_shared<SubtitleText>();
    const std::vector<CarriedLine>& said = question.asked.said;
    for (std::size_t i = 0; i < said.size(); ++i) {
        const double toS = i + 1 < said.size() ? said[i + 1].timeS : said[i].timeS;
        text->cues.push_back({said[i].timeS, toS, said[i].text});
    }
    question.asked.subtitles.use = SubtitleUse::kOn;
    question.subtitles = SubtitleSource{};
    question.subtitles->file = "lines sent along";
    question.heard = std::move(text);
}

}  // namespace

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
    if (!asked.said.empty()) {
        takeCarried(question);
        return question;
    }
    question.subtitles = chosenSubtitles(asked.subtitles, question.video);
    findSpeech(question, speech, cancel);
    return question;
}

}  // namespace reelquery
