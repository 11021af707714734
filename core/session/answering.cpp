#include "core/session/answering.h"

#include <ATen/ATen.h>

#include <chrono>
#include <utility>

#include "core/attention/backend_factory.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/session/answer_writer.h"
#include "core/session/attention_report.h"
#include "core/session/memory.h"
#include "core/session/planner.h"
#include "core/session/video_features.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;

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

void fillSampling(AnswerReport& report, const QuestionPlan& question, const VideoFeatures& video) {
    report.framesWanted = video.sampling.wanted;
    report.frames = static_cast<int>(video.frameTimesS.size());
    report.decodeErrors = video.sampling.decodeErrors;
    report.firstFrameS = video.sampling.firstS;
    report.lastFrameS = video.sampling.lastS;
    report.samplingUsed =
        video.sampling.modeUsed == SamplingMode::kKeyframes ? "keyframes" : "exact";
    report.frameTimesS = video.frameTimesS;
    report.frameWidth = question.frames.size.width;
    report.frameHeight = question.frames.size.height;
    report.videoTokens = video.rows.size(0);
    report.decodeS = video.decodeS;
    report.encodeS = video.encodeS;
}

}  // namespace

AnswerReport answerQuestion(const AskRequest& request, RequestId id,
                            std::unique_ptr<LoadedModel>& slot, const EventSink& sink,
                            const CancelToken& cancel, std::string& said) {
    const auto start = Clock::now();
    resetPeakMemory();
    AnswerReport report;
    const QuestionPlan question = planQuestion(request, slot ? slot->anonymousBytes() : 0, cancel);
    sink(PlanReady{id, question.plan});
    requireFit(question.plan);

    report.loadS = useModel(
        slot, request.model,
        [&](std::int64_t done, std::int64_t total) {
            sink(Progress{id, Phase::kLoad, done, total});
        },
        cancel);
    const LoadedModel& model = *slot;

    const auto wanted = static_cast<std::int64_t>(question.frames.wanted.size());
    const VideoFeatures video = encodeVideo(
        question.video, question.frames, model.visionTower(), model.config().pixels,
        [&](const SampledFrame& frame, int done) {
            sink(Progress{id, Phase::kDecode, done, wanted});
            if (request.wantFrames) sink(frameSeen(id, frame));
            sink(Progress{id, Phase::kEncode, done, wanted});
        },
        cancel);
    fillSampling(report, question, video);

    const PromptBuilder builder(model.tokenizer(), model.config().ids,
                                model.config().vision.mergeSize);
    PromptOptions layout;
    layout.conventions = model.config().prompt;
    const PromptSequence prompt =
        builder.build(conversation(request, video, question.video.isStillImage), layout);
    const MropePositions positions =
        mropePositions(prompt, model.config().vision.mergeSize, model.config().tokensPerSecond);
    report.promptTokens = static_cast<std::int64_t>(prompt.ids.size());

    const auto backend =
        makeAttentionBackend(request.attention, {static_cast<int>(model.config().text.layers),
                                                 static_cast<int>(model.config().text.heads)});
    KvCache cache =
        model.languageModel().makeCache(report.promptTokens + request.generation.maxNewTokens);
    PrefillReport prefill;
    at::Tensor logits =
        model.languageModel().prefill({.ids = prompt.ids,
                                       .positions = positions,
                                       .visionFeatures = video.rows,
                                       .progress =
                                           [&](std::int64_t done, std::int64_t total) {
                                               sink(Progress{id, Phase::kPrefill, done, total});
                                           },
                                       .cancel = cancel},
                                      cache, *backend, prefill);
    report.prefillS = prefill.seconds;
    report.attentionS = prefill.attentionS;
    report.selectionS = prefill.selectionS;
    report.layers = layerReports(prefill.attention);
    report.density = meanDensity(report.layers);

    AnswerWriter writer(request, id, model, sink, said);
    report.stopReason = writer.write(std::move(logits), prompt, positions, cache, cancel);
    report.answer = said;
    report.answerTokens = writer.tokens();
    report.firstTokenS =
        std::chrono::duration<double>(writer.firstToken() - start).count() - report.loadS;
    report.tokensPerS = writer.tokensPerS();
    report.peakMemoryBytes = peakMemoryBytes();
    report.device = model.device().name;
    report.dtype = model.device().dtype;
    report.attention = backend->name();
    report.model = request.model.folder.filename().string();
    return report;
}

}  // namespace reelquery
