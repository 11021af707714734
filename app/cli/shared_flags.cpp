#include "app/cli/shared_flags.h"

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "core/base/option_names.h"
#include "core/session/ask/attention_choices.h"
#include "core/session/hear/hearing.h"
#include "core/session/plan/model_catalog.h"

namespace reelquery {

namespace {

constexpr const char* kModelGroup = "Model";
constexpr const char* kVideoGroup = "Video";
constexpr const char* kAttentionGroup = "Attention";
constexpr const char* kAnswerGroup = "Answer";

}  // namespace

void takeSubtitles(const std::string& flag, AskRequest& request) {
    constexpr std::string_view kSpeech = "speech", kSpeechOf = "speech=";
    if (flag == "off") return;
    request.subtitles.use = SubtitleUse::kOn;
    if (flag == "auto") return;
    if (flag == kSpeech) {
        request.speech.use = SpeechUse::kMake;
    } else if (flag.starts_with(kSpeechOf)) {
        request.speech = {SpeechUse::kMake, flag.substr(kSpeechOf.size())};
        if (request.speech.model.empty()) {
            throw Error(
                ErrorCode::kUsage, "--subtitles speech= names no folder",
                "write --subtitles speech, or the folder of a Whisper checkpoint behind it");
        }
    } else {
        request.subtitles.file = flag;
    }
}

double parseClock(const std::string& text, const std::string& flag) {
    const auto unreadable = [&] {
        return Error(ErrorCode::kUsage, flag + ": '" + text + "' is not a time",
                     "write seconds (83.5) or m:ss or h:mm:ss");
    };
    double seconds = 0;
    std::size_t begin = 0;
    for (int part = 0; part < 3; ++part) {
        const std::size_t end = std::min(text.find(':', begin), text.size());
        const std::string digits = text.substr(begin, end - begin);
        if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string::npos) {
            throw unreadable();
        }
        char* rest = nullptr;
        const double value = std::strtod(digits.c_str(), &rest);
        const bool isLast = end == text.size();
        const bool isWhole = digits.find('.') == std::string::npos;
        // Whatever stands behind a colon counts to 60, and only seconds have decimals.
        if (*rest || (part > 0 && value >= 60) || (!isLast && !isWhole)) throw unreadable();
        seconds = seconds * 60 + value;
        if (isLast) return seconds;
        begin = end + 1;
    }
    throw unreadable();
}

void ModelFlags::addTo(CLI::App& command, const std::string& what) {
    command
        .add_option("--model", folder,
                    what.empty() ? "Folder of a Qwen2-VL, Qwen2.5-VL or Qwen3-VL checkpoint, or a "
                                   "GGUF file (see 'reelquery models')"
                                 : what)
        ->group(kModelGroup);
    command.add_option("--device", device, "auto, cpu or cuda")
        ->check(CLI::IsMember(namesOf<DeviceKind>()))
        ->capture_default_str()
        ->group(kModelGroup);
    command.add_option("--dtype", dtype, "Number type: auto, float32 or bfloat16")
        ->check(CLI::IsMember(namesOf<DtypeChoice>()))
        ->capture_default_str()
        ->group(kModelGroup);
    if (!what.empty()) return;
    command
        .add_option("--mmproj", visionFile,
                    "The vision tower's file of a GGUF model; default: the one beside it that fits")
        ->group(kModelGroup);
    command
        .add_option("--weights", weights,
                    "Pack the language model while loading: fp8, int8 or int4 (rounded, groups of "
                    "128); stored: as the files have it")
        ->check(CLI::IsMember(namesOf<WeightChoice>()))
        ->capture_default_str()
        ->group(kModelGroup);
    command
        .add_option("--kv", kv,
                    "Keys and values of what was read: run (the number type of the run) or int8 "
                    "(half the memory)")
        ->check(CLI::IsMember(namesOf<KvChoice>()))
        ->capture_default_str()
        ->group(kModelGroup);
}

namespace {

ModelChoice choiceOf(const ModelFlags& flags) {
    return {.folder = flags.folder,
            .device = *named<DeviceKind>(flags.device),
            .dtype = *named<DtypeChoice>(flags.dtype),
            .visionFile = flags.visionFile,
            .weights = *named<WeightChoice>(flags.weights),
            .kv = *named<KvChoice>(flags.kv)};
}

}  // namespace

ModelChoice ModelFlags::speechChoice() const {
    ModelChoice choice = choiceOf(*this);
    if (choice.folder.empty()) choice.folder = findSpeechModel();
    if (choice.folder.empty()) {
        throw Error(ErrorCode::kModel, "no speech model was found on this machine",
                    "give the folder of a Whisper checkpoint (reelquery pull openai/whisper-base)");
    }
    return choice;
}

ModelChoice ModelFlags::modelChoice(const std::string& executable) const {
    ModelChoice choice = choiceOf(*this);
    std::error_code ignored;
    if (!choice.visionFile.empty() && !std::filesystem::is_regular_file(choice.folder, ignored)) {
        throw Error(ErrorCode::kUsage, "--mmproj belongs to a model in GGUF",
                    "name its file with --model, or leave --mmproj away");
    }
    if (choice.folder.empty()) choice.folder = embeddedModelFolder(executable);
    if (choice.folder.empty()) {
        for (const ModelEntry& entry : findModels(modelRoots({}))) {
            if (!entry.complete) continue;
            choice.folder = entry.folder;
            break;
        }
    }
    if (choice.folder.empty()) {
        throw Error(ErrorCode::kModel, "no model was found on this machine",
                    "give a folder with --model; 'reelquery models' lists where it looked");
    }
    return choice;
}

void SamplingFlags::addTo(CLI::App& command) {
    command
        .add_option("--sampling", mode,
                    "exact (evenly spaced frames), keyframes (nearest key frames, fast) or auto")
        ->check(CLI::IsMember(namesOf<SamplingMode>()))
        ->capture_default_str()
        ->group(kVideoGroup);
    command
        .add_option("--decode", decode,
                    "Who decodes: cpu; card (the engine of the card that the model runs on, beside "
                    "the processor); auto (the card for HEVC, and for VP9 from 4K on)")
        ->check(CLI::IsMember(namesOf<DecodeChoice>()))
        ->capture_default_str()
        ->group(kVideoGroup);
    auto* fpsOption =
        command.add_option("--fps", fps, "Frames per second of video; a model may recommend fewer")
            ->check(CLI::PositiveNumber)
            ->capture_default_str()
            ->group(kVideoGroup);
    command.add_option("--frames", frames, "Number of frames taken, instead of --fps")
        ->check(CLI::Range(2, 100000))
        ->excludes(fpsOption)
        ->group(kVideoGroup);
    command.add_option("--max-frames", maxFrames, "Most frames that --fps may take")
        ->check(CLI::Range(4, 100000))
        ->capture_default_str()
        ->group(kVideoGroup);
    command.add_option("--max-video-tokens", maxVideoTokens, "Token budget of the whole video")
        ->check(CLI::Range(std::int64_t{8}, std::int64_t{4'000'000}))
        ->capture_default_str()
        ->group(kVideoGroup);
    command
        .add_option("--min-frame-tokens", minTokensPerPair,
                    "Fewest tokens of a frame pair (one is 28x28 or 32x32 pixels, as the model's)")
        ->check(CLI::Range(1, 16384))
        ->capture_default_str()
        ->group(kVideoGroup);
    command.add_option("--max-frame-tokens", maxTokensPerPair, "Most tokens of a frame pair")
        ->check(CLI::Range(1, 16384))
        ->capture_default_str()
        ->group(kVideoGroup);
    command
        .add_flag("--free-sampling", ignoresModel,
                  "Take --fps and the frame sizes as given, also where the model recommends others")
        ->group(kVideoGroup);
    command.add_option("--from", from, "Start of the range: seconds, m:ss or h:mm:ss")
        ->group(kVideoGroup);
    command.add_option("--to", to, "End of the range")->group(kVideoGroup);
}

SamplingOptions SamplingFlags::options() const {
    SamplingOptions result;
    result.mode = *named<SamplingMode>(mode);
    result.fps = fps;
    if (frames > 0) result.frames = frames;
    result.maxFrames = maxFrames;
    result.maxVideoTokens = maxVideoTokens;
    result.minTokensPerPair = minTokensPerPair;
    result.maxTokensPerPair = maxTokensPerPair;
    result.followModel = !ignoresModel;
    if (!from.empty()) result.fromS = parseClock(from, "--from");
    if (!to.empty()) result.toS = parseClock(to, "--to");
    if (result.toS && result.fromS.value_or(0) >= *result.toS) {
        throw Error(ErrorCode::kUsage, "--from must lie before --to",
                    "got " + (from.empty() ? "0" : from) + " and " + to);
    }
    if (minTokensPerPair > maxTokensPerPair) {
        throw Error(ErrorCode::kUsage, "--min-frame-tokens is larger than --max-frame-tokens");
    }
    return result;
}

DecodeChoice SamplingFlags::decoding() const {
    return *named<DecodeChoice>(decode);
}

void AttentionFlags::addTo(CLI::App& command) {
    command
        .add_option(
            "--attention", kind,
            "Prefill attention: dense, auto (measured, then chosen), or how blocks are chosen: "
            "xattention, others to compare with, random and window as controls")
        ->check(CLI::IsMember(attentionChoices()))
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option("--stride", options.selector.stride, "XAttention: spacing of the antidiagonals")
        ->check(CLI::IsMember(kernels::kScoreStrides))
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option("--score-pattern", pattern,
                    "XAttention: what is summed to score a block; diagonal and random are there to "
                    "compare with")
        ->check(CLI::IsMember(namesOf<kernels::ScorePattern>()))
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option(
            "--threshold", options.selector.threshold,
            "Share of the attention mass to keep, as the blocks' scores have it; the model's own, "
            "else 0.9")
        ->check(CLI::Range(0.0, 1.0))
        ->group(kAttentionGroup);
    command
        .add_option("--keep-share", options.selector.density,
                    "random, window: share of the blocks that are kept; 0.5")
        ->check(CLI::Range(0.001, 1.0))
        ->group(kAttentionGroup);
    command
        .add_option("--thresholds", options.selector.thresholdsFile,
                    "XAttention: JSON file with one threshold per layer and head")
        ->check(CLI::ExistingFile)
        ->group(kAttentionGroup);
    command
        .add_option("--dense-first-layers", options.denseFirstLayers,
                    "XAttention: the first layers that stay dense")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option("--dense-last-tokens", options.denseLastTokens,
                    "XAttention: the last prompt tokens that stay dense; -1: the question")
        ->check(CLI::Range(kDenseQuestion, 1 << 20))
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option("--sink-blocks", options.selector.sinkBlocks,
                    "XAttention: leading blocks of 128 keys that are always kept")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group(kAttentionGroup);
    command
        .add_option("--recent-blocks", options.selector.recentBlocks,
                    "XAttention: blocks up to a query's own that are always kept")
        ->check(CLI::PositiveNumber)
        ->capture_default_str()
        ->group(kAttentionGroup);
}

AttentionOptions AttentionFlags::result() const {
    AttentionOptions chosen = withChoice(options, kind);
    chosen.selector.pattern = *named<kernels::ScorePattern>(pattern);
    return chosen;
}

void GenerationFlags::addTo(CLI::App& command) {
    command.add_option("--max-tokens", options.maxNewTokens, "Longest answer, in tokens")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->group(kAnswerGroup);
    command.add_option("--temperature", options.temperature, "0 takes the likeliest token")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group(kAnswerGroup);
    command.add_option("--top-k", options.topK, "Draw from the k likeliest tokens; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str()
        ->group(kAnswerGroup);
    command.add_option("--top-p", options.topP, "Draw from the likeliest tokens of this mass")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str()
        ->group(kAnswerGroup);
    command
        .add_flag(
            "--sample", options.likeModel,
            "Draw as the model's makers do: with its own temperature, top-k and top-p, except "
            "for those named here")
        ->group(kAnswerGroup);
    command
        .add_option("--repetition-penalty", repetitionPenalty,
                    "Above 1 repeats less; default: the model's own")
        ->check(CLI::PositiveNumber)
        ->group(kAnswerGroup);
    command.add_option("--seed", options.seed, "Seed of the draws")
        ->capture_default_str()
        ->group(kAnswerGroup);
}

GenerationOptions GenerationFlags::result() const {
    GenerationOptions chosen = options;
    if (repetitionPenalty > 0) chosen.repetitionPenalty = repetitionPenalty;
    return chosen;
}

void QuestionFlags::addTo(CLI::App& command) {
    command.add_option("video", video, "A video, a picture or a folder of pictures")->required();
    command.add_option("question", question, "The question")->required();
    command
        .add_option("--subtitles", subtitles,
                    "What is said, for the model to read: off; auto (a file beside the video, else "
                    "its own text track, else what was heard in it before); speech or "
                    "speech=FOLDER (heard now with a Whisper checkpoint, where it was not before); "
                    "or an .srt or .vtt file")
        ->capture_default_str();
    command
        .add_option("--video-track", videoTrack,
                    "Which of a file's several video tracks: 1, 2, ...; 0 takes the main one")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str()
        ->group(kVideoGroup);
    model.addTo(command);
    sampling.addTo(command);
    attention.addTo(command);
    generation.addTo(command);
}

AskRequest QuestionFlags::request(const std::string& executable) const {
    AskRequest request;
    request.video = video;
    request.question = question;
    request.model = model.modelChoice(executable);
    request.sampling = sampling.options();
    request.decode = sampling.decoding();
    takeSubtitles(subtitles, request);
    request.videoTrack = videoTrack;
    request.attention = attention.result();
    request.generation = generation.result();
    return request;
}

}  // namespace reelquery
