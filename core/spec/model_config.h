#pragma once
// A checkpoint's config.json, generation_config.json, preprocessor_config.json and reelquery.json
// as plain, checked values.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/vision_config.h"

namespace reelquery {

using TokenId = std::int32_t;

/// Sizes of the language model.
struct TextConfig {
    std::int64_t hiddenSize = 0;
    std::int64_t intermediateSize = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t vocabSize = 0;     ///< rows of the embedding, padding included
    std::int64_t maxPositions = 0;  ///< what the checkpoint was made for; not a hard limit
    double rmsNormEps = 1e-6;
    double ropeTheta = 1e6;
    std::array<std::int64_t, 3> mropeSection = {};  ///< rotary pairs driven by time, row, column
    bool tieWordEmbeddings = false;  ///< only a hint: lm_head.weight is used where the file has it

    /// Bytes of keys and values of one token.
    std::int64_t cacheBytesPerToken(std::int64_t bytesPerValue) const {
        return layers * 2 * kvHeads * headDim * bytesPerValue;
    }
};

/// Token ids that config.json fixes.
struct SpecialIds {
    TokenId visionStart = -1, visionEnd = -1, imagePad = -1, videoPad = -1;
};

/// What generation_config.json asks for; the defaults where it is absent.
struct GenerationConfig {
    std::vector<TokenId> eosIds;  ///< at least one
    double repetitionPenalty = 1.0;
};

/// Prompt conventions of a checkpoint (reelquery.json, key "prompt"); Qwen's own where absent.
struct PromptConfig {
    int timeTextEveryPairs = 0;  ///< a "[m:ss]" before every k-th frame pair; 0: none
    std::string system = "You are a helpful assistant.";
};

/// Everything the JSON files of a model folder say.
struct ModelConfig {
    ModelFamily family = ModelFamily::kQwen2Vl;
    TextConfig text;
    VisionConfig vision;
    double tokensPerSecond = 0;  ///< of the time axis; Qwen2.5-VL only, 0 otherwise
    SpecialIds ids;
    GenerationConfig generation;
    PixelConfig pixels;
    PromptConfig prompt;
};

/// "qwen2_vl" or "qwen2_5_vl".
const char* familyName(ModelFamily family);

/// Reads and checks the JSON files of a model folder. Accepts hub files, files saved by
/// transformers 4.52-4.57 (nested text_config beside the top level) and by 5.x (nested only).
/// Errors: kModel naming file, field and what was expected. Thread: any.
ModelConfig readModelConfig(const std::filesystem::path& folder);

}  // namespace reelquery
