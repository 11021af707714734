#include "core/session/prepared_question.h"

#include <ATen/ATen.h>

#include <utility>

namespace reelquery {

namespace {

/// The pixels of a frame in the order a screen wants them, [height, width, 3].
FrameSeen frameSeen(RequestId id, const SampledFrame& frame) {
    const at::Tensor pixels = frame.rgb.permute({1, 2, 0}).contiguous();
    const auto* first = pixels.const_data_ptr<std::uint8_t>();
    FrameSeen seen;
    seen.request = id;
    seen.index = frame.position;
    seen.timeS = frame.timeS;
    seen.width = static_cast<int>(pixels.size(1));
    seen.height = static_cast<int>(pixels.size(0));
    seen.rgb = std::make_shared<const std::vector<std::uint8_t>>(first, first + pixels.numel());
    return seen;
}

/// System prompt, earlier turns, then the video before the first question: the video's tokens stay
/// a common prefix of every question about it.
std::vector<PromptTurn> conversation(const AskRequest& request, const VideoFeatures& video,
                                     bool isImage) {
    VisionPart seen;
    seen.isImage = isImage;
    seen.grid = video.grid;
    seen.secondsPerPair = video.secondsPerPair;
    for (std::size_t frame = 0; frame < video.frameTimesS.size(); frame += 2) {
        seen.pairTimesS.push_back(video.frameTimesS[frame]);
    }
    std::vector<PromptTurn> turns;
    if (!request.systemPrompt.empty()) {
        turns.push_back({Role::kSystem, {TextPart{request.systemPrompt}}});
    }
    std::vector<Turn> questions = request.history;
    questions.push_back({request.question, {}});
    for (std::size_t turn = 0; turn < questions.size(); ++turn) {
        PromptTurn user{Role::kUser, {}};
        if (turn == 0) user.parts.emplace_back(seen);
        user.parts.emplace_back(TextPart{questions[turn].question});
        turns.push_back(std::move(user));
        if (turn + 1 < questions.size()) {
            turns.push_back({Role::kAssistant, {TextPart{questions[turn].answer}}});
        }
    }
    return turns;
}

/// Fills the video's features: the warm ones where they are this question's, else new ones.
void seeVideo(PreparedQuestion& prepared, const AskRequest& request, RequestId id, WarmState& warm,
              const EventSink& sink, const CancelToken& cancel) {
    const QuestionPlan& question = prepared.question;
    const auto wanted = static_cast<std::int64_t>(question.frames.wanted.size());
    if (request.mayReuse) prepared.featureKey = featureKey(question, warm.model());
    if (const KeptFeatures* kept = warm.features.find(prepared.featureKey);
        kept && (!request.wantFrames || !kept->frames.empty())) {
        if (request.wantFrames) {
            for (FrameSeen frame : kept->frames) {
                frame.request = id;
                sink(std::move(frame));
            }
        }
        prepared.video = kept->features;
        prepared.featuresFromCache = true;
        return;
    }
    warm.makeRoomFor(question.plan);
    KeptFeatures fresh;
    fresh.features = std::make_shared<VideoFeatures>(encodeVideo(
        question.video, question.frames, warm.model().visionTower(), warm.model().config().pixels,
        [&](const SampledFrame& frame, int done) {
            sink(Progress{id, Phase::kDecode, done, wanted});
            if (request.wantFrames) {
                fresh.frames.push_back(frameSeen(id, frame));
                sink(fresh.frames.back());
            }
            sink(Progress{id, Phase::kEncode, done, wanted});
        },
        cancel));
    prepared.video = fresh.features;
    prepared.decodeS = fresh.features->decodeS;
    prepared.encodeS = fresh.features->encodeS;
    if (!prepared.featureKey.empty()) warm.features.keep(prepared.featureKey, std::move(fresh));
}

}  // namespace

PreparedQuestion prepareQuestion(const AskRequest& request, RequestId id, WarmState& warm,
                                 const EventSink& sink, const CancelToken& cancel) {
    PreparedQuestion prepared;
    prepared.question = planQuestion(request, warm.heldBytes(request.model.device), cancel);
    sink(PlanReady{id, prepared.question.plan});
    requireFit(prepared.question.plan);

    prepared.loadS = warm.useModel(
        request.model,
        [&](std::int64_t done, std::int64_t total) {
            sink(Progress{id, Phase::kLoad, done, total});
        },
        cancel);
    const LoadedModel& model = warm.model();
    seeVideo(prepared, request, id, warm, sink, cancel);

    const std::int64_t mergeSize = model.config().vision.mergeSize;
    const PromptBuilder builder(model.tokenizer(), model.config().ids, mergeSize);
    PromptOptions layout;
    layout.conventions = model.config().prompt;
    prepared.prompt = builder.build(
        conversation(request, *prepared.video, prepared.question.video.isStillImage), layout);
    prepared.positions = mropePositions(prepared.prompt, mergeSize, model.config().tokensPerSecond);
    return prepared;
}

void fillPrepared(AnswerReport& report, const PreparedQuestion& prepared,
                  const LoadedModel& model) {
    const VideoFeatures& video = *prepared.video;
    report.framesWanted = video.sampling.wanted;
    report.frames = static_cast<int>(video.frameTimesS.size());
    report.decodeErrors = video.sampling.decodeErrors;
    report.firstFrameS = video.sampling.firstS;
    report.lastFrameS = video.sampling.lastS;
    report.samplingUsed =
        video.sampling.modeUsed == SamplingMode::kKeyframes ? "keyframes" : "exact";
    report.frameTimesS = video.frameTimesS;
    report.frameWidth = prepared.question.frames.size.width;
    report.frameHeight = prepared.question.frames.size.height;
    report.videoTokens = video.rows.size(0);
    report.promptTokens = prepared.promptTokens();
    report.loadS = prepared.loadS;
    report.featuresFromCache = prepared.featuresFromCache;
    report.decodeS = prepared.decodeS;
    report.encodeS = prepared.encodeS;
    report.device = model.device().name;
    report.dtype = model.device().dtype;
    report.model = model.choice().folder.filename().string();
}

}  // namespace reelquery
