#pragma once
// A checkpoint's config.json, generation_config.json, preprocessor_config.json, its like for
// videos, chat template and reelquery.json as plain, checked values.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/spec/model_spec.h"
#include "core/spec/quantization_config.h"
#include "core/spec/recommendation.h"
#include "core/spec/vision_config.h"

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
    LayerSpec layer;
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
    // How its makers draw answers; used where a person asks for just that.
    double temperature = 1.0;
    int topK = 0;  ///< 0: no limit
    double topP = 1.0;
};

/// Everything the JSON files of a model folder say.
struct ModelConfig {
    const ModelSpec* spec = nullptr;  ///< never null once read; lives as long as the program
    TextConfig text;
    VisionConfig vision;
    double tokensPerSecond = 0;  ///< of the time axis; 0: it counts frame pairs
    SpecialIds ids;
    GenerationConfig generation;
    PixelConfig pixels;       ///< of pictures
    PixelConfig videoPixels;  ///< of videos
    PromptConfig prompt;
    std::optional<Recommendation> recommended;
    QuantizationConfig quantization;
};

/// Reads and checks the JSON files of a model folder. Accepts hub files, files saved by
/// transformers 4.52-4.57 (nested text_config beside the top level) and by 5.x (nested only).
/// Errors: kModel naming file, field and what was expected; for a model_type that cannot be run,
/// the ones that can. Where `folder` is a file, it is a model in GGUF (readGgufConfig), with
/// `visionFile` as its tower's. Thread: any.
ModelConfig readModelConfig(const std::filesystem::path& folder,
                            const std::filesystem::path& visionFile = {});

}  // namespace reelquery
