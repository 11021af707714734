#include "core/session/plan/planner.h"

#include <algorithm>

#include "core/base/content_id.h"
#include "core/base/format_text.h"
#include "core/device/cuda_memory.h"
#include "core/device/host_memory.h"
#include "core/session/watch/subtitles.h"
#include "core/spec/recommendation.h"
#include "core/weights/checkpoint.h"
#include "vision/video/decode_memory.h"
#include "vision/video/video_probe.h"

namespace reelquery {

namespace {

/// Bytes a token of text takes at the least in English; used only to guess a prompt's length
/// before it is built.
constexpr std::int64_t kBytesPerTextToken = 3;
constexpr std::int64_t kLayoutTokens = 64;

/// Activations of one prefill chunk and of one group of frame pairs, decoder buffers, and what the
/// libraries keep for themselves. Measured with random checkpoints of all four published shapes.
constexpr std::int64_t kFixedWorkBytes = std::int64_t{400} << 20;
constexpr std::int64_t kChunkTokens = 1024;
/// On a GPU: CUDA's own context is not ours to count, but the libraries' workspaces and what the
/// allocator cannot use between tensors are; chunks are longer.
constexpr std::int64_t kFixedWorkBytesCuda = std::int64_t{1} << 30;
constexpr std::int64_t kChunkTokensCuda = 4096;

std::int64_t textTokens(const AskRequest& request) {
    std::size_t bytes = request.question.size() + request.systemPrompt.size();
    for (const Turn& turn : request.history) bytes += turn.question.size() + turn.answer.size();
    const auto turns = static_cast<std::int64_t>(request.history.size()) + 1;
    return static_cast<std::int64_t>(bytes) / kBytesPerTextToken + turns * kLayoutTokens;
}

/// Memory a question needs for a number of video tokens.
struct MemoryModel {
    std::int64_t weightBytes = 0;
    std::int64_t cacheBytesPerToken = 0;
    std::int64_t workBytesPerVideoToken = 0;
    std::int64_t fixedWorkBytes = 0;
    std::int64_t otherTokens = 0;  ///< of the prompt and the answer, video left out

    std::int64_t cacheBytes(std::int64_t videoTokens) const {
        return (videoTokens + otherTokens) * cacheBytesPerToken;
    }

    std::int64_t workBytes(std::int64_t videoTokens) const {
        return fixedWorkBytes + videoTokens * workBytesPerVideoToken;
    }

    std::int64_t total(std::int64_t videoTokens) const {
        return weightBytes + cacheBytes(videoTokens) + workBytes(videoTokens);
    }

    /// The most video tokens that fit into `bytes`; 0 when none do.
    std::int64_t tokensFitting(std::int64_t bytes) const {
        const std::int64_t left = bytes - total(0);
        return std::max<std::int64_t>(left / (cacheBytesPerToken + workBytesPerVideoToken), 0);
    }
};

/// Tokens of "[1:05]" texts: a guess from the number of pairs, since no tokenizer is loaded yet.
std::int64_t timeTextTokens(const ModelConfig& config, const FramePlan& frames) {
    constexpr std::int64_t kTokensPerTimeText = 9;  // "[h:mm:ss]" digit by digit
    const int every = config.prompt.timeTextEveryPairs;
    return every > 0 ? (frames.gridT + every - 1) / every * (kTokensPerTimeText + 2) : 0;
}

std::int64_t subtitleTokens(const QuestionPlan& question) {
    if (!question.subtitles) return 0;
    const auto& wanted = question.frames.wanted;
    return estimatedSubtitleTokens(
        *question.subtitles, wanted.back().takenS - wanted.front().takenS, question.frames.tokens);
}

MemoryModel memoryModel(const QuestionPlan& question, const AskRequest& request,
                        std::int64_t weightBytes) {
    const TextConfig& text = question.config.text;
    const std::int64_t valueBytes = question.device.target.bytesPerValue();
    MemoryModel model;
    model.weightBytes = weightBytes;
    model.cacheBytesPerToken = text.cacheBytesPerToken(valueBytes);
    model.workBytesPerVideoToken = text.hiddenSize * valueBytes;  // the vision features
    const bool isCard = question.device.target.cudaDevice >= 0;
    model.fixedWorkBytes = (isCard ? kFixedWorkBytesCuda : kFixedWorkBytes) +
                           (isCard ? kChunkTokensCuda : kChunkTokens) *
                               (6 * text.hiddenSize + 3 * text.intermediateSize) * valueBytes;
    // Decoding takes the machine's memory, wherever the model runs.
    if (!isCard) {
        model.fixedWorkBytes += decodingBytes(question.video, defaultDecodingThreads());
    }
    model.otherTokens = subtitleTokens(question) + textTokens(request) +
                        timeTextTokens(question.config, question.frames) +
                        request.generation.maxNewTokens;
    return model;
}

std::vector<PlanChoice> affordableChoices(const QuestionPlan& question, const MemoryModel& memory) {
    std::vector<PlanChoice> choices;
    const std::int64_t most = memory.tokensFitting(question.plan.availableBytes);
    for (const PlanAlternative& alternative :
         proposeAlternatives(question.video, question.sampling, most)) {
        choices.push_back({alternative.what, alternative.flag, static_cast<int>(alternative.frames),
                           alternative.tokens, memory.total(alternative.tokens),
                           alternative.options});
    }
    return choices;
}

}  // namespace

QuestionPlan planQuestion(const AskRequest& request, std::int64_t residentBytes,
                          const CancelToken& cancel) {
    QuestionPlan question;
    question.device = resolveDevice(request.model.device, request.model.dtype);
    question.video = probeVideo(request.video, cancel);
    question.videoId = contentId(request.video);
    question.config = readModelConfig(request.model.folder);
    const Checkpoint checkpoint = Checkpoint::open(request.model.folder, &question.config);
    const auto recommended = readRecommendation(request.model.folder);
    question.sampling = followRecommendation(request.sampling, recommended);
    question.attention = followRecommendation(request.attention, recommended);
    question.frames = planFrames(question.video, question.sampling);

    question.subtitles = chosenSubtitles(request.subtitles, question.video);

    const MemoryModel memory =
        memoryModel(question, request, checkpoint.bytesFor(question.device.target));
    Plan& plan = question.plan;
    plan.frames = static_cast<int>(question.frames.wanted.size());
    plan.frameWidth = question.frames.size.width;
    plan.frameHeight = question.frames.size.height;
    plan.fromS = question.frames.wanted.front().takenS;
    plan.toS = question.frames.wanted.back().takenS;
    plan.videoTokens = question.frames.tokens;
    plan.promptTokens =
        question.frames.tokens + memory.otherTokens - request.generation.maxNewTokens;
    plan.weightBytes = memory.weightBytes;
    plan.cacheBytes = memory.cacheBytes(plan.videoTokens);
    plan.workBytes = memory.workBytes(plan.videoTokens);
    const int card = question.device.target.cudaDevice;
    plan.availableBytes =
        (card >= 0 ? cudaFreeBytes(card) : availableMemoryBytes()) + residentBytes;
    if (request.maxMemoryBytes > 0) {
        plan.availableBytes = std::min(plan.availableBytes, request.maxMemoryBytes);
    }
    plan.fits = plan.memoryBytes() <= plan.availableBytes;
    if (!plan.fits) plan.choices = affordableChoices(question, memory);
    return question;
}

void requireFit(const Plan& plan) {
    if (plan.fits) return;
    std::string hint;
    for (const PlanChoice& choice : plan.choices) {
        hint += (hint.empty() ? "" : "; ") + choice.what + ": " + choice.flag + " (" +
                std::to_string(choice.frames) + " frames, " + std::to_string(choice.videoTokens) +
                " tokens, " + gibText(choice.memoryBytes) + ")";
    }
    if (hint.empty()) {
        hint = "weights and working memory alone need " +
               gibText(plan.weightBytes + plan.workBytes) + "; take a smaller model";
    }
    throw Error(ErrorCode::kMemory,
                std::to_string(plan.videoTokens) + " video tokens need " +
                    gibText(plan.memoryBytes()) + " of memory and " + gibText(plan.availableBytes) +
                    " are free",
                hint);
}

}  // namespace reelquery
