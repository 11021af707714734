#include "core/session/plan/planner.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/format_text.h"
#include "core/device/cuda_memory.h"
#include "core/device/host_memory.h"
#include "core/model/kv_layers.h"
#include "core/model/prompt_builder.h"
#include "core/session/plan/memory_need.h"
#include "core/session/plan/plan_choices.h"
#include "core/session/watch/subtitles.h"
#include "core/weights/checkpoint.h"
#include "vision/video/decode_memory.h"

namespace reelquery {

namespace {

/// Bytes a token of text takes at the least in English; used only to guess a prompt's length
/// before it is built.
constexpr std::int64_t kBytesPerTextToken = 3;
constexpr std::int64_t kLayoutTokens = 64;

/// Fewer entries than this hold hardly a whole word: made-up checkpoints, for tests.
constexpr std::int64_t kLeastWithWords = 20'000;

bool hasWords(const ModelConfig& config) {
    return config.text.vocabSize >= kLeastWithWords;
}

std::int64_t textTokens(const AskRequest& request, const ModelConfig& config) {
    std::size_t bytes = request.question.size() + request.systemPrompt.size();
    for (const Turn& turn : request.history) bytes += turn.question.size() + turn.answer.size();
    const auto turns = static_cast<std::int64_t>(request.history.size()) + 1;
    return static_cast<std::int64_t>(bytes) / (hasWords(config) ? kBytesPerTextToken : 1) +
           turns * kLayoutTokens;
}

/// Tokens of a time text as the families' tokenizers cut it: digit by digit and sign by sign, a
/// word with the space before it in one piece where the vocabulary has words. "[1:05]" has 6,
/// "<12.5 seconds>" 7.
std::int64_t tokensOf(const std::string& timeText, bool hasWords) {
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::int64_t tokens = 0;
    bool isInWord = false;
    for (const char c : timeText) {
        const bool starts = isLetter(c) ? !isInWord || !hasWords : c != ' ' || !hasWords;
        isInWord = isLetter(c);
        if (starts) ++tokens;
    }
    return tokens;
}

/// Tokens of the time texts and of the marks around the video's segments that come with them: a
/// guess, since no tokenizer is loaded yet.
std::int64_t timeTextTokens(const ModelConfig& config, const FramePlan& frames) {
    const PromptConfig& prompt = config.prompt;
    if (prompt.timeTextEveryPairs <= 0) return 0;
    constexpr std::int64_t kMarks = 2;
    std::vector<double> timesS;
    for (const WantedFrame& frame : frames.wanted) timesS.push_back(frame.takenS);
    const std::vector<double> pairsS = pairTimes(timesS, prompt.pairTime);
    std::int64_t tokens = 0;
    for (std::size_t pair = 0; pair < pairsS.size();
         pair += static_cast<std::size_t>(prompt.timeTextEveryPairs)) {
        tokens += tokensOf(prompt.timeText(pairsS[pair]), hasWords(config)) + kMarks;
    }
    return tokens;
}

std::int64_t subtitleTokens(const QuestionPlan& question) {
    if (!question.subtitles) return 0;
    const SamplingOptions& sampling = question.sampling;
    const double coveredS =
        sampling.toS.value_or(question.video.durationS) - sampling.fromS.value_or(0);
    if (question.heard) {
        return countedSubtitleTokens(*question.heard, sampling.fromS.value_or(0), coveredS,
                                     subtitleBudget(sampling));
    }
    return estimatedSubtitleTokens(*question.subtitles, coveredS, hasWords(question.config),
                                   subtitleBudget(sampling));
}

/// Tokens of the prompt and the answer, the video's left out.
std::int64_t otherTokens(const QuestionPlan& question, const AskRequest& request) {
    return subtitleTokens(question) + textTokens(request, question.config) +
           timeTextTokens(question.config, question.frames) + request.generation.maxNewTokens;
}

std::int64_t narrowLayers(const QuestionPlan& question, const Checkpoint& checkpoint, KvChoice kv) {
    if (kv != KvChoice::kInt8) return 0;
    const std::vector<bool> narrow =
        narrowKvLayers(question.config.text, CheckpointWeights(checkpoint, {}));
    return std::count(narrow.begin(), narrow.end(), true);
}

/// What a plan's figures rest on, for whoever wonders.
std::vector<std::string> reasonsOf(const QuestionPlan& question, const MemoryNeed& memory) {
    const Plan& plan = question.plan;
    std::vector<std::string> reasons;
    const FramePlan& frames = question.frames;
    if (frames.framesByRule > std::ssize(frames.wanted)) {
        reasons.push_back("the token budget cut " + std::to_string(frames.framesByRule) +
                          " frames down to " + std::to_string(frames.wanted.size()));
    }
    reasons.push_back(std::to_string(plan.promptTokens - plan.videoTokens) +
                      " tokens beside the video's are a guess from the length of the texts");
    reasons.push_back("keys and values take " + sizeText(memory.cacheBytesPerToken) + " a token, " +
                      sizeText(plan.cacheBytes) + " for this question; the video's " + "features " +
                      sizeText(memory.featureBytesPerToken) + " a token, " +
                      sizeText(plan.featureBytes) + " in memory and as much on disk while kept");
    if (memory.rowsOnHost) {
        reasons.push_back(
            "the video's features lie in the machine's memory, as the card is short of "
            "its own");
    }
    if (memory.isTowerReleased) {
        reasons.push_back("the vision tower gives its " + gibText(memory.towerBytes) +
                          " back before the prompt is read, and is loaded again "
                          "for another video");
    }
    if (plan.memoryBytes() > plan.availableBytes) {
        const std::int64_t most = memory.tokensFitting(plan.availableBytes);
        reasons.push_back(most > 0 ? "at most " + std::to_string(most) + " video tokens fit" +
                                         ": --max-video-tokens " + std::to_string(most)
                                   : std::string("no video fits beside the weights"));
    }
    const std::int64_t keys = plan.videoTokens + memory.otherTokens;
    const std::int64_t evidence = memory.evidenceBytes + keys * memory.evidenceBytesPerKey;
    if (evidence > memory.chunkBytes) {
        reasons.push_back("looking for evidence needs more memory than reading the prompt: " +
                          gibText(evidence));
    }
    const bool isOnCard = question.device.target.cudaDevice >= 0;
    const std::int64_t limit = question.asked.maxMemoryBytes;
    const bool isLimited =
        limit > 0 && plan.availableBytes == (isOnCard ? plannableCardBytes(limit) : limit);
    reasons.push_back(gibText(plan.availableBytes) +
                      (isLimited ? " may be used, as was asked for"
                                 : " are free on " + question.device.name +
                                       ", with what earlier questions left to use again") +
                      (isOnCard ? "; the rest of it is for gaps between tensors" : ""));
    return reasons;
}

/// The need with as many decoders side by side as the machine has room for: they give way to the
/// video's `tokens` in frames of this size. threads: how many.
MemoryNeed needThatFits(const QuestionPlan& question, MemoryWish wish, std::int64_t tokens,
                        const FrameSize& size, int& threads) {
    const Plan& plan = question.plan;
    for (threads = defaultDecodingThreads();; threads = threads / 2) {
        wish.decodeBytes = decodingBytes(question.video, threads) + waitingBytes(size);
        MemoryNeed need = memoryNeed(question.config, question.device.target, wish);
        need.squeezeInto(plan.availableBytes, tokens);
        const bool fits = need.deviceBytes(tokens) <= plan.availableBytes &&
                          need.hostBytes(tokens) <= plan.hostAvailableBytes;
        if (fits || threads == 1) return need;
    }
}

/// Lets the card that the model runs on decode in what everything else leaves of it.
void takeCardDecoders(QuestionPlan& question) {
    const AskRequest& request = question.asked;
    if (question.device.target.cudaDevice < 0) return;
    Plan& plan = question.plan;
    // The engine's memory is not torch's: below a ceiling that somebody set it could go unnoticed.
    const bool isUnasked = request.decode == DecodeChoice::kAuto;
    if (!plan.fits || (isUnasked && request.maxMemoryBytes > 0)) return;
    question.cardDecoders =
        cardDecoders(question.video, request.decode, plan.availableBytes - plan.memoryBytes());
    plan.workBytes += question.cardDecoders * cardDecoderBytes(question.video);
}

}  // namespace

QuestionPlan planQuestion(const Question& asked, const HeldMemory& held) {
    QuestionPlan question;
    static_cast<Question&>(question) = asked;
    const AskRequest& request = asked.asked;
    question.device = resolveDevice(request.model.device, request.model.dtype);
    question.config = readModelConfig(request.model.folder, request.model.visionFile);
    const Checkpoint checkpoint =
        Checkpoint::open(request.model.folder, &question.config, request.model.visionFile);

    Plan& plan = question.plan;
    const int card = question.device.target.cudaDevice;
    plan.hostAvailableBytes = availableMemoryBytes() + held.hostBytes;
    const auto usable = [card](std::int64_t bytes) {
        return card >= 0 ? plannableCardBytes(bytes) : bytes;
    };
    plan.availableBytes =
        usable(card >= 0 ? cudaFreeBytes(card) + held.cardBytes : plan.hostAvailableBytes);
    if (request.maxMemoryBytes > 0) {
        plan.availableBytes = std::min(plan.availableBytes, usable(request.maxMemoryBytes));
    }
    const auto wishOf = [&](WeightChoice weights, KvChoice kv) {
        const WeightBytes bytes = checkpoint.weightBytes(question.device.target, weights);
        return MemoryWish{.weightBytes = bytes.all,
                          .towerBytes = bytes.tower,
                          .tableBytes = checkpoint.hostTableBytes(question.device.target),
                          .otherTokens = otherTokens(question, request),
                          .narrowLayers = narrowLayers(question, checkpoint, kv),
                          .evidence = request.wantEvidence,
                          .shownFrames = request.wantFrames};
    };
    const MemoryNeed memory =
        needThatFits(question, wishOf(request.model.weights, request.model.kv),
                     question.frames.tokens, question.frames.size, question.decodingThreads);
    plan.frames = static_cast<int>(question.frames.wanted.size());
    plan.frameWidth = question.frames.size.width;
    plan.frameHeight = question.frames.size.height;
    if (!question.frames.wanted.empty()) {
        plan.fromS = question.frames.wanted.front().takenS;
        plan.toS = question.frames.wanted.back().takenS;
    }
    plan.videoTokens = question.frames.tokens;
    plan.promptTokens =
        question.frames.tokens + memory.otherTokens - request.generation.maxNewTokens;
    question.rowsOnHost = memory.rowsOnHost;
    question.releasesTower = memory.isTowerReleased;
    plan.weightBytes = memory.heldWeightBytes(plan.videoTokens);
    plan.cacheBytes = memory.cacheBytes(plan.videoTokens);
    plan.workBytes = memory.workBytes(plan.videoTokens);
    plan.featureBytes = plan.videoTokens * memory.featureBytesPerToken;
    plan.hostBytes = memory.hostBytes(plan.videoTokens);
    const bool fitsDevice = plan.memoryBytes() <= plan.availableBytes;
    plan.fits = fitsDevice && plan.hostBytes <= plan.hostAvailableBytes;
    takeCardDecoders(question);
    if (!fitsDevice) {
        plan.choices = planChoices(question, [&](WeightChoice weights, KvChoice kv,
                                                 std::int64_t tokens, const FrameSize& size) {
            int threads = 0;
            return needThatFits(question, wishOf(weights, kv), tokens, size, threads);
        });
    }
    plan.reasons = reasonsOf(question, memory);
    if (question.cardDecoders > 0) {
        plan.reasons.push_back("the card decodes beside the processor: " +
                               gibText(question.cardDecoders * cardDecoderBytes(question.video)) +
                               " of its memory");
    } else if (request.decode == DecodeChoice::kCard && !question.video.isStillImage &&
               !question.video.pictures) {
        plan.reasons.push_back(card < 0 ? "the processor decodes alone, as the model runs on it"
                                        : "the processor decodes alone: what is left of the card's "
                                          "memory takes no decoder");
    }
    return question;
}

void requireFit(const QuestionPlan& question) {
    const Plan& plan = question.plan;
    if (plan.fits) return;
    if (plan.memoryBytes() <= plan.availableBytes) {
        throw Error(ErrorCode::kMemory,
                    "decoding and showing the frames needs " + gibText(plan.hostBytes) +
                        " of the machine's memory and " + gibText(plan.hostAvailableBytes) +
                        " are free",
                    "use fewer frames or close other programs");
    }
    std::string hint;
    for (const PlanChoice& choice : plan.choices) {
        hint += (hint.empty() ? "" : "; ") + choice.text() + ": " + choice.flag + " (" +
                std::to_string(choice.frames) + " frames, " + std::to_string(choice.videoTokens) +
                " tokens, " + gibText(choice.memoryBytes) + ")";
    }
    const bool isCard = question.device.target.cudaDevice >= 0;
    if (hint.empty()) {
        const std::int64_t decoding =
            isCard ? 0 : decodingBytes(question.video, question.decodingThreads);
        const std::int64_t alone = plan.weightBytes + plan.workBytes;
        // A damaged header may ask for pictures of any size.
        hint = decoding > alone - decoding
                   ? "decoding its pictures of " + std::to_string(question.video.codedWidth) +
                         " x " + std::to_string(question.video.codedHeight) +
                         " pixels alone needs " + gibText(decoding) + "; take a smaller copy"
                   : "weights and working memory alone need " + gibText(alone) +
                         "; take a smaller model";
    }
    if (isCard) {
        hint += "; on the processor, slower: --device cpu (" + gibText(plan.hostAvailableBytes) +
                " are free there)";
    }
    throw Error(ErrorCode::kMemory,
                std::to_string(plan.videoTokens) + " video tokens need " +
                    gibText(plan.memoryBytes()) + " of " + (isCard ? "the GPU's " : "") +
                    "memory and " + gibText(plan.availableBytes) + " are free",
                hint);
}

}  // namespace reelquery
