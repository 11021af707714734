#include "core/session/hear/question_speech.h"

#include <utility>

#include "core/base/content_id.h"
#include "core/base/error.h"
#include "core/session/hear/kept_hearing.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

SubtitleSource sourceOf(const KeptSpeech& kept) {
    SubtitleSource source;
    source.file = kept.subtitles;
    source.language = kept.spoken.language;
    source.heardBy = kept.spoken.model;
    return source;
}

void put(Question& question, const KeptSpeech& kept) {
    SubtitleText text;
    for (const HeardLine& line : kept.spoken.lines) {
        text.cues.push_back({line.fromS, line.toS, line.text});
    }
    question.subtitles = sourceOf(kept);
    question.heard = std::make_shared<const SubtitleText>(std::move(text));
    question.doubtfulLines = doubtfulLines(kept.spoken);
}

std::filesystem::path modelFor(const SpeechWish& wish) {
    if (!wish.model.empty()) return wish.model;
    std::filesystem::path found = findSpeechModel();
    if (found.empty()) {
        throw Error(ErrorCode::kModel, "no speech model was found on this machine",
                    "give the folder of a Whisper checkpoint: --subtitles speech=FOLDER (hf "
                    "download openai/whisper-base)");
    }
    return found;
}

}  // namespace

void findSpeech(Question& question, const SpeechFiles& files, const CancelToken& cancel) {
    const AskRequest& asked = question.asked;
    if (asked.subtitles.use == SubtitleUse::kOff || !asked.subtitles.file.empty()) return;
    const SpeechWish& wish = asked.speech;
    const bool hasOthers = question.subtitles && !question.subtitles->isPartial;
    if (wish.use == SpeechUse::kKeptLast && hasOthers) return;
    const std::string modelId = wish.model.empty() ? std::string() : modelIdentity(wish.model);
    std::optional<KeptSpeech> kept;
    if (files.hasAny()) kept = files.newest(contentId(asked.video, cancel), modelId);
    if (kept) {
        put(question, *kept);
    } else if (wish.use == SpeechUse::kMake) {
        question.subtitles = SubtitleSource{};
        question.subtitles->heardBy =
            wish.model.empty() ? std::string("a speech model") : wish.model.filename().string();
    }
}

void hearForQuestion(Question& question, const SpeechFiles& files,
                     const std::function<void(double doneS, double allS)>& progress,
                     const CancelToken& cancel) {
    const bool isMissing =
        question.subtitles && !question.subtitles->heardBy.empty() && !question.heard;
    if (!isMissing) return;
    HearRequest request;
    request.file = question.asked.video;
    request.model.folder = modelFor(question.asked.speech);
    request.model.device = question.asked.model.device;
    const HearProgress tell = [&](HearPhase phase, double doneS, double allS) {
        if (phase == HearPhase::kSpeech) progress(doneS, allS);
    };
    put(question, hearOnce(request, files, false, nullptr, tell, cancel));
}

std::optional<SubtitleSource> keptSpeechSource(const std::filesystem::path& file,
                                               const SpeechFiles& files,
                                               const CancelToken& cancel) {
    if (!files.hasAny()) return std::nullopt;
    const auto kept = files.newest(contentId(file, cancel));
    return kept ? std::optional(sourceOf(*kept)) : std::nullopt;
}

}  // namespace reelquery
