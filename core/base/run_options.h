#pragma once
// The choices of one run as plain values: what the command line and the window fill in and what
// every layer below reads. Nothing here changes after a request was made.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/block_layout.h"

namespace reelquery {

enum class SamplingMode {
    kAuto,      ///< key frames where they are dense enough, exact otherwise
    kExact,     ///< the frames qwen-vl-utils would take
    kKeyframes  ///< the nearest key frame where one lies within half a sampling step
};

/// Which decoders turn a video into pictures. The pictures are the same, see Note [Frames from a
/// card] in vision/video.
enum class DecodeChoice {
    kAuto,       ///< a card's engine beside the processor where it was seen to be worth it
    kProcessor,  ///< the processor alone
    kCard        ///< a card's engine beside the processor wherever it knows the video's format
};

/// A stretch of a video, seconds on the video's clock: 0 is the start of the file.
struct TimeRange {
    double fromS = 0, toS = 0;

    bool operator==(const TimeRange&) const = default;
};

/// Which frames to take from a video and how large to make them.
struct SamplingOptions {
    SamplingMode mode = SamplingMode::kAuto;
    double fps = 2.0;           ///< wanted frames per second; ignored when frames is set
    std::optional<int> frames;  ///< wanted number of frames, rounded to an even number
    int minFrames = 4;
    int maxFrames = 768;
    std::int64_t maxVideoTokens = 16384;  ///< budget of language-model tokens for the whole video
    int minTokensPerPair = 16;            ///< lower limit of a frame pair's tokens
    int maxTokensPerPair = 768;           ///< upper limit of a frame pair's tokens
    /// Pixels along each side of a token, even. No person's choice: whoever plans a question fills
    /// it in from the model (VisionConfig::pixelsPerToken).
    int tokenSide = 28;
    bool followModel = true;  ///< keep to the rate and frame size the checkpoint asks for, if any
    std::optional<double> fromS;  ///< start of the range, seconds from the start of the file
    std::optional<double> toS;    ///< end of the range
    /// Take frames inside these stretches only (a closer look); in order, apart from each other,
    /// inside fromS to toS. Empty: everywhere.
    std::vector<TimeRange> within;

    bool operator==(const SamplingOptions&) const = default;
};

enum class SubtitleUse { kOff, kOn };

/// Whether what is said goes into the prompt beside what is seen.
struct SubtitleOptions {
    SubtitleUse use = SubtitleUse::kOff;
    std::string file;  ///< .srt or .vtt; empty: the one beside the video, else its own text track

    bool operator==(const SubtitleOptions&) const = default;
};

/// Who decides whether a call of prefill attention reads every block: nobody (dense), the request
/// (sparse), or the automatic rule, call by call.
enum class AttentionKind { kDense, kSparse, kAuto };

/// As AttentionOptions::denseLastTokens: the words behind the video, which the session counts.
constexpr int kDenseQuestion = -1;

/// A selector's threshold where neither the request nor the checkpoint names one.
constexpr double kDefaultThreshold = 0.9;

/// How the blocks of sparse attention are chosen. A selector reads those that it knows.
struct SelectorOptions {
    std::string name = "xattention";  ///< of the table in core/attention/selector_table.cpp
    int stride = 16;                  ///< S, spacing of the antidiagonals: a kScoreStrides
    kernels::ScorePattern pattern = kernels::ScorePattern::kAntidiagonal;
    std::optional<double> threshold;  ///< tau, the attention mass to keep; unset: the model's own
    std::string
        thresholdsFile;    ///< JSON with one threshold per layer and head; overrides threshold
    int sinkBlocks = 1;    ///< leading key blocks that are always kept
    int recentBlocks = 1;  ///< key blocks up to the diagonal that are always kept
    /// Share of the blocks that a row sees to keep, for selectors that look at nothing (random,
    /// window). Unset: half.
    std::optional<double> density;

    bool operator==(const SelectorOptions&) const = default;
};

/// How prefill attention is computed. Blocks are 128 queries by 128 keys.
struct AttentionOptions {
    AttentionKind kind = AttentionKind::kDense;
    SelectorOptions selector;              ///< where it is sparse
    int denseFirstLayers = 0;              ///< the first layers that stay dense
    int denseLastTokens = kDenseQuestion;  ///< the last tokens of the prompt that stay dense
    /// For measurements with kSparse: blocks are chosen, which costs what it costs, but random ones
    /// of this causal density are kept. Answers mean nothing then.
    std::optional<double> forcedDensity;

    bool operator==(const AttentionOptions&) const = default;
};

/// How answer tokens are drawn from the logits.
struct GenerationOptions {
    int maxNewTokens = 512;
    double temperature = 0.0;  ///< 0 picks the largest logit
    int topK = 0;              ///< 0: no limit
    double topP = 1.0;
    bool likeModel = false;  ///< what is left at 0, 0 and 1 above is the model's own
    std::optional<double> repetitionPenalty;  ///< unset: the model's own
    std::uint64_t seed = 0;
};

enum class DeviceKind { kAuto, kCpu, kCuda };

/// Number type of weights and activations. kAuto follows the device (on a CPU: bf16 only where its
/// matrix rate is real).
enum class DtypeChoice { kAuto, kFloat32, kBfloat16 };

/// Whether the language model's linear maps are packed while a checkpoint of 16 or 32 bits is
/// loaded; what is packed already stays as it is, and so do tower, embeddings, head and norms.
enum class WeightChoice {
    kStored,  ///< as the files have them
    kFp8,     ///< float8_e4m3fn, a scale for each output
    kInt8,    ///< a scale for each 128 inputs of an output
    kInt4     ///< and a zero point
};

/// Number type of cached keys and values.
enum class KvChoice {
    kRun,  ///< that of the run
    kInt8  ///< 8 bits, a scale for each token and head
};

}  // namespace reelquery
