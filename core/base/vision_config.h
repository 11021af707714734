#pragma once
// What the vision encoder and the language model both have to know about pictures, as plain values.
// T, h, w: the patch grid of one picture or video: T frame pairs, h x w patches of 14 x 14 pixels.

#include <array>
#include <cstdint>
#include <vector>

namespace reelquery {

enum class ModelFamily { kQwen2Vl, kQwen2_5Vl };

/// Patch grid of one video or picture (a picture has t = 1).
struct PatchGrid {
    std::int64_t t = 0, h = 0, w = 0;

    std::int64_t patches() const { return t * h * w; }

    bool operator==(const PatchGrid&) const = default;
};

/// Sizes of a vision tower, as its config.json gives them.
struct VisionConfig {
    ModelFamily family = ModelFamily::kQwen2Vl;
    std::int64_t depth = 0;             ///< number of blocks
    std::int64_t width = 0;             ///< features of a patch inside the tower
    std::int64_t heads = 0;             ///< attention heads; width / heads features each
    std::int64_t intermediateSize = 0;  ///< inner width of a block's MLP
    std::int64_t outputSize = 0;        ///< hidden size of the language model
    std::int64_t channels = 3;
    std::int64_t patchSize = 14;         ///< pixels
    std::int64_t temporalPatchSize = 2;  ///< frames of one patch
    std::int64_t mergeSize = 2;          ///< patches along each side of one language-model token
    double normEps = 1e-6;
    double rotaryBase = 10000.0;
    std::int64_t windowSize = 0;              ///< pixels; Qwen2.5-VL only
    std::vector<std::int64_t> fullAttention;  ///< blocks that do not use windows; Qwen2.5-VL only

    std::int64_t headDim() const { return width / heads; }

    /// Values of one patch row: channels * frames * pixels (1176 for every published model).
    std::int64_t patchValues() const {
        return channels * temporalPatchSize * patchSize * patchSize;
    }

    /// Language-model tokens of a grid.
    std::int64_t tokens(const PatchGrid& grid) const {
        return grid.patches() / (mergeSize * mergeSize);
    }

    /// Patches are grouped in squares of mergeSize, so picture sides are multiples of this.
    std::int64_t pixelsPerToken() const { return patchSize * mergeSize; }
};

/// How pixels 0..255 become model input, and the picture sizes a checkpoint asks for.
struct PixelConfig {
    std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};  ///< of r, g, b in 0..1
    std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};  ///< of r, g, b in 0..1
    std::int64_t minPixels = 3136;
    std::int64_t maxPixels = 12845056;
};

}  // namespace reelquery
