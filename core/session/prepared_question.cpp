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

/// Fills a question's features from what is warm, what is on disk, or the video itself.
class VideoViewer {
  public:
    VideoViewer(PreparedQuestion& prepared, const AskRequest& request, RequestId id,
                WarmState& warm, const EventSink& sink, const CancelToken& cancel)
        : prepared_(prepared),
          request_(request),
          id_(id),
          warm_(warm),
          sink_(sink),
          cancel_(cancel) {}

    void see() {
        const LoadedModel& model = warm_.model();
        if (request_.mayReuse) prepared_.featureKey = featureKey(prepared_.question, model);
        std::string note;
        KeptFeatures* known = warm_.features.find(prepared_.featureKey);
        if (!known) {
            warm_.makeRoomFor(prepared_.question.plan);
            known = warm_.features.load(prepared_.featureKey, model.device().target, note);
        }
        known ? use(*known) : encode(note);
        if (!note.empty()) prepared_.notes.push_back(note);
    }

  private:
    void use(KeptFeatures& known) {
        prepared_.video = known.features;
        prepared_.featuresFromCache = true;
        if (!request_.wantFrames) return;
        if (known.frames.empty()) {
            // Only for the eye: nothing that is answered depends on it.
            std::vector<FrameSeen> shown;
            prepared_.decodeS = decodeVideo(
                prepared_.question.video, prepared_.question.frames,
                [&](const SampledFrame& frame, int done) {
                    tell(Phase::kDecode, done);
                    show(shown, frame);
                },
                cancel_);
            known.frames = std::move(shown);
            return;
        }
        for (FrameSeen frame : known.frames) {
            frame.request = id_;
            sink_(std::move(frame));
        }
    }

    void encode(std::string& note) {
        KeptFeatures fresh;
        const auto features = std::make_shared<VideoFeatures>(encodeVideo(
            prepared_.question.video, prepared_.question.frames, warm_.model().visionTower(),
            warm_.model().config().pixels,
            [&](const SampledFrame& frame, int done) {
                tell(Phase::kDecode, done);
                if (request_.wantFrames) show(fresh.frames, frame);
                tell(Phase::kEncode, done);
            },
            cancel_));
        prepared_.decodeS = features->decodeS;
        prepared_.encodeS = features->encodeS;
        prepared_.video = fresh.features = features;
        if (prepared_.featureKey.empty()) return;
        warm_.features.keep(prepared_.featureKey, std::move(fresh), note);
    }

    void show(std::vector<FrameSeen>& shown, const SampledFrame& frame) {
        shown.push_back(frameSeen(id_, frame));
        sink_(shown.back());
    }

    void tell(Phase phase, int done) const {
        sink_(Progress{id_, phase, done,
                       static_cast<std::int64_t>(prepared_.question.frames.wanted.size())});
    }

    PreparedQuestion& prepared_;
    const AskRequest& request_;
    const RequestId id_;
    WarmState& warm_;
    const EventSink& sink_;
    const CancelToken& cancel_;
};

}  // namespace

PreparedQuestion prepareQuestion(const AskRequest& request, RequestId id, WarmState& warm,
                                 const EventSink& sink, const CancelToken& cancel) {
    PreparedQuestion prepared;
    prepared.question = planQuestion(request, warm.heldBytes(), cancel);
    sink(PlanReady{id, prepared.question.plan});
    requireFit(prepared.question.plan);

    prepared.loadS = warm.useModel(
        request.model,
        [&](std::int64_t done, std::int64_t total) {
            sink(Progress{id, Phase::kLoad, done, total});
        },
        cancel);
    const LoadedModel& model = warm.model();
    VideoViewer(prepared, request, id, warm, sink, cancel).see();

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
    report.notes = prepared.notes;
    report.decodeS = prepared.decodeS;
    report.encodeS = prepared.encodeS;
    report.device = model.device().name;
    report.dtype = model.device().dtype;
    report.model = model.choice().folder.filename().string();
}

}  // namespace reelquery
