#pragma once
// What is true of every checkpoint of a model family. One file of families/ fills in one ModelSpec;
// everything else reads its facts, so that nothing asks which family a model is of.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/spec/vision_config.h"

namespace reelquery {

/// Which rotary pair of a head turns with which axis; mrope_section gives three counts.
enum class RopeLayout {
    kContiguous,   ///< the first section[0] pairs by time, the next by row, the last by column
    kInterleaved,  ///< time, row, column in turn while row and column have pairs left; then time
};

/// A decoder layer, where families differ.
struct LayerSpec {
    bool qkvBias = true;  ///< q, k and v projections have biases; no others do
    bool qkNorm = false;  ///< RMS norm of every q and k head (q_norm, k_norm) before the rotation
    RopeLayout rope = RopeLayout::kContiguous;
    double ropeTheta = 0;  ///< where config.json has none; 0: it must have one
};

/// How a prompt names a time of the video, of a segment and of a subtitle line alike.
using TimeTextFormat = std::string (*)(double seconds);

/// "[m:ss]".
std::string clockTimeText(double seconds);

/// "<12.5 seconds>": one decimal of the exact value, ties to even, whatever the locale.
std::string secondsTimeText(double seconds);

/// Which time a pair of frames is named by.
enum class PairTime {
    kFirstFrame,
    kMean  ///< of both frames' times
};

/// Prompt conventions: the family's, with what a checkpoint's reelquery.json (key "prompt") says
/// instead.
struct PromptConfig {
    int timeTextEveryPairs = 0;  ///< a time text before every k-th frame pair; 0: none
    std::string system = "You are a helpful assistant.";
    TimeTextFormat timeText = clockTimeText;
    PairTime pairTime = PairTime::kFirstFrame;
    bool opensThought = false;  ///< the answer's turn opens inside a thought ("<think>")
};

/// Sizes of a published checkpoint: what a random one for measuring is made of.
struct PublishedSizes {
    std::string name;  ///< "qwen2-vl-2b"
    std::int64_t hidden = 0, inner = 0, layers = 0, heads = 0, kvHeads = 0, headDim = 0;
    std::int64_t vocab = 0, maxPositions = 0;
    bool hasHead = false;  ///< lm_head.weight is stored, not tied
    std::int64_t visionDepth = 0, visionWidth = 0, visionHeads = 0, visionInner = 0;
    std::vector<std::int64_t> visionFullAttention = {};
    std::vector<std::int64_t> visionDeepLayers = {};
    std::int64_t visionPositions = 0;  ///< side of the square of learned positions
};

/// One family.
struct ModelSpec {
    std::string type;          ///< config.json's model_type
    std::string name;          ///< for people: "Qwen2.5-VL"
    std::string architecture;  ///< config.json's architectures[0]
    // What GGUF files call the family: general.architecture and, since families share one, the
    // tower's clip.projector_type.
    std::string ggufArchitecture, ggufProjector;
    LayerSpec layer;
    VisionSpec vision;
    PixelConfig pixels;                      ///< where preprocessor_config.json is silent
    std::optional<PixelConfig> videoPixels;  ///< the same for videos, in families whose folders
                                             ///< have a file for these; none: as pictures
    double tokensPerSecond = 0;  ///< of the time axis, where config.json has none; 0: the family's
                                 ///< time axis counts frame pairs
    PromptConfig prompt;
    bool mayThink = false;  ///< some checkpoints' chat template opens the answer with a thought
    // What a made-up checkpoint of the family has.
    std::array<std::int64_t, 3> mropeSection = {16, 24, 24};  ///< for heads of 128
    double ropeTheta = 1e6;
    std::vector<std::string> controlTokens;  ///< in id order, behind the words
    std::vector<std::string> keptTokens;     ///< behind these: added tokens that a text keeps
    double repetitionPenalty = 1.0;
    std::vector<PublishedSizes> published;

    /// mrope_section of the published checkpoints' proportions for this many pairs.
    std::array<std::int64_t, 3> mropeShares(std::int64_t pairs) const {
        const auto share = [&](std::size_t axis) { return pairs * mropeSection[axis] / 64; };
        return {pairs - share(1) - share(2), share(1), share(2)};
    }
};

/// What is known of a model_type that cannot be run: "Qwen3-VL-MoE, a mixture of experts". Empty
/// for those nothing is known of.
std::string unsupportedModel(const std::string& type);

/// The model_type of those that make subtitles from speech (core/speech).
inline constexpr const char* kSpeechModelType = "whisper";

/// All families that can be run. A new one is its file in families/ and a line here.
const std::vector<const ModelSpec*>& modelSpecs();

/// The family of this model_type, or null.
const ModelSpec* findModelSpec(const std::string& type);

/// "Qwen2-VL (qwen2_vl), Qwen2.5-VL (qwen2_5_vl)": what a refusal offers.
std::string modelSpecNames();

}  // namespace reelquery
