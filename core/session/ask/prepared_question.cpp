#include "core/session/ask/prepared_question.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/option_names.h"
#include "core/base/picture_pack.h"
#include "core/session/ask/reading_along.h"
#include "core/session/hear/question_speech.h"
#include "core/session/watch/question_subtitles.h"
#include "core/session/watch/video_viewing.h"
#include "vision/video/picture_list.h"

namespace reelquery {

namespace {

/// What a message showed, as parts of a turn: cut where its words stand between the pictures.
std::vector<PromptPart> shownParts(const VisionPart& whole, const std::filesystem::path& shown) {
    const std::optional<PicturePack> pack = readPicturePack(shown);
    std::vector<PackedPicture> pictures;
    if (pack) pictures = pack->pictures;
    std::stable_sort(pictures.begin(), pictures.end(),  // as they are looked at
                     [](const auto& one, const auto& other) { return one.timeS < other.timeS; });
    std::vector<PromptPart> parts;
    const std::vector<double>& times = whole.pairTimesS;
    auto said = whole.said.begin();
    std::int64_t first = 0;
    const auto showUpTo = [&](std::int64_t end) {
        if (end == first) return;
        VisionPart part = whole;
        part.grid.t = end - first;
        part.pairTimesS.assign(times.begin() + first, times.begin() + end);
        part.said.clear();
        for (; said != whole.said.end() && (end == whole.grid.t || said->timeS < times[end]);
             ++said) {
            part.said.push_back(*said);
        }
        parts.emplace_back(std::move(part));
        first = end;
    };
    for (const PackedPicture& picture : pictures) {
        if (picture.wordsBefore.empty()) continue;
        showUpTo(std::lower_bound(times.begin(), times.end(), picture.timeS) - times.begin());
        parts.emplace_back(TextPart{picture.wordsBefore});
    }
    showUpTo(whole.grid.t);
    return parts;
}

/// System prompt, earlier turns, then the video before the first question: the video's tokens stay
/// a common prefix of every question about it.
std::vector<PromptTurn> conversation(const AskRequest& request, const VideoFeatures& video,
                                     std::vector<TimedText> said, bool isImage, PairTime named) {
    VisionPart seen;
    seen.isImage = isImage;
    seen.grid = video.grid;
    seen.secondsPerPair = video.secondsPerPair;
    seen.pairTimesS = pairTimes(video.frameTimesS, named);
    seen.said = std::move(said);
    std::vector<PromptTurn> turns;
    if (!request.systemPrompt.empty()) {
        turns.push_back({Role::kSystem, {TextPart{request.systemPrompt}}});
    }
    std::vector<Turn> questions = request.history;
    questions.push_back({request.question, {}});
    for (std::size_t turn = 0; turn < questions.size(); ++turn) {
        PromptTurn user{Role::kUser, {}};
        if (turn == 0 && !video.frameTimesS.empty()) user.parts = shownParts(seen, request.video);
        user.parts.emplace_back(TextPart{questions[turn].question});
        turns.push_back(std::move(user));
        if (turn + 1 < questions.size()) {
            turns.push_back({Role::kAssistant, {TextPart{questions[turn].answer}}});
        }
    }
    return turns;
}

/// The prompt of a question whose frames are known, or planned.
void layOut(PreparedQuestion& prepared, const AskRequest& request, const LoadedModel& model,
            const SubtitleText* subtitles) {
    const std::int64_t mergeSize = model.config().vision.mergeSize;
    const PromptBuilder builder(model.tokenizer(), model.config().ids, mergeSize);
    PromptOptions layout;
    layout.conventions = model.config().prompt;
    std::vector<TimedText> said;
    if (subtitles) said = subtitleLines(prepared, *subtitles, model.tokenizer());
    prepared.said = said;
    prepared.prompt = builder.build(
        conversation(request, *prepared.video, std::move(said),
                     prepared.question.video.isStillImage, layout.conventions.pairTime),
        layout);
    prepared.positions = mropePositions(prepared.prompt, mergeSize, model.config().tokensPerSecond);
}

/// Tells whoever reads along, in a prompt's terms, how far its video is.
class Teller final : public RowsListener {
  public:
    Teller(const PreparedQuestion& question, const AskRequest& request, const LoadedModel& model,
           const SubtitleText* subtitles, ReadingAlong& along)
        : question_(question),
          request_(request),
          model_(model),
          subtitles_(subtitles),
          along_(along) {}

    void begin(std::shared_ptr<const VideoFeatures> coming,
               std::shared_ptr<const VideoFeatures> expected) override {
        PreparedQuestion planned = question_;
        planned.video = std::move(expected);
        layOut(planned, request_, model_, subtitles_);
        along_.begin(std::move(planned), std::move(coming));
    }

    void more(std::int64_t rows) override { along_.readTo(rows); }

  private:
    const PreparedQuestion& question_;
    const AskRequest& request_;
    const LoadedModel& model_;
    const SubtitleText* subtitles_;
    ReadingAlong& along_;
};

}  // namespace

PreparedQuestion prepareQuestion(const AskContext& ask, WarmState& warm, ReadingAlong* along) {
    const AskRequest& request = ask.question.asked;
    PreparedQuestion prepared;
    prepared.question = planWith(warm.summary(), ask.question, ask.cancel);
    const Plan& plan = prepared.question.plan;
    ask.sink(PlanReady{ask.request, plan});
    requireFit(prepared.question);

    prepared.loadS = warm.useModel(
        request.model,
        [&](std::int64_t done, std::int64_t total) {
            ask.sink(Progress{ask.request, Phase::kLoad, done, total});
        },
        ask.cancel);
    warm.announce(plan.workBytes);
    const LoadedModel& model = warm.model();
    const SubtitleText* subtitles = readSubtitles(prepared, warm, ask.cancel);
    const bool showsNothing = prepared.question.frames.wanted.empty();
    if (request.mayReuse && !showsNothing)
        prepared.featureKey = featureKey(prepared.question, model.filesId());
    std::optional<Teller> teller;
    if (along && !prepared.question.releasesTower) {
        teller.emplace(prepared, request, model, subtitles, *along);
    }
    ViewedVideo viewed =
        viewVideo(ask, prepared.question, prepared.featureKey, warm, teller ? &*teller : nullptr);
    if (prepared.question.releasesTower) warm.releaseTower();
    prepared.video = std::move(viewed.features);
    prepared.featuresFromCache = viewed.isFromCache;
    prepared.decodeS = viewed.decodeS;
    prepared.encodeS = viewed.encodeS;
    if (!viewed.note.empty()) prepared.notes.push_back(std::move(viewed.note));

    layOut(prepared, request, model, subtitles);
    if (prepared.promptTokens() > plan.promptTokens) {
        prepared.notes.push_back("the prompt has " + std::to_string(prepared.promptTokens()) +
                                 " tokens, " + std::to_string(plan.promptTokens) +
                                 " were planned: its texts take more of them than was guessed");
    }
    return prepared;
}

void fillPrepared(AnswerReport& report, const PreparedQuestion& prepared,
                  const LoadedModel& model) {
    const VideoFeatures& video = *prepared.video;
    report.framesWanted = video.sampling.wanted;
    report.frames = static_cast<int>(video.frameTimesS.size());
    report.decodeErrors = video.sampling.decodeErrors;
    report.framesOnCard = video.sampling.framesOnCard;
    report.firstFrameS = video.sampling.firstS;
    report.lastFrameS = video.sampling.lastS;
    report.samplingUsed = nameOf(video.sampling.modeUsed);
    report.frameTimesS = video.frameTimesS;
    report.frameWidth = prepared.question.frames.size.width;
    report.frameHeight = prepared.question.frames.size.height;
    report.videoTokens = video.rows.size(0);
    report.promptTokens = prepared.promptTokens();
    report.loadS = prepared.loadS;
    report.featuresFromCache = prepared.featuresFromCache;
    report.subtitleLines = prepared.subtitleLines;
    for (const TimedText& line : prepared.said) report.saidTimesS.push_back(line.timeS);
    if (prepared.subtitleLines > 0) {
        report.subtitlesFrom = sourceText(*prepared.question.subtitles);
    }
    report.notes = prepared.notes;
    if (!video.sampling.unreadable.empty()) {
        report.notes.push_back(leftOutText(video.sampling.unreadable));
    }
    report.notes.insert(report.notes.end(), model.notes().begin(), model.notes().end());
    report.decodeS = prepared.decodeS;
    report.encodeS = prepared.encodeS;
    if (!prepared.featuresFromCache) {
        report.decodeStage = {video.sampling.decodingS, video.sampling.heldUpS};
        report.encodeStage = {prepared.encodeS, prepared.decodeS};
    }
    report.device = model.device().name;
    report.dtype = model.device().dtype;
    report.weights = model.weightFormat();
    report.model = model.choice().folder.filename().string();
}

}  // namespace reelquery
