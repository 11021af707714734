#pragma once
// What the vision encoder and the language model both have to know about pictures, as plain values.
// T, h, w: the patch grid of one picture or video: T frame pairs, h x w patches of 14 x 14 or
// 16 x 16 pixels.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace reelquery {

/// Patch grid of one video or picture (a picture has t = 1).
struct PatchGrid {
    std::int64_t t = 0, h = 0, w = 0;

    std::int64_t patches() const { return t * h * w; }

    bool operator==(const PatchGrid&) const = default;
};

enum class VisionNormKind { kLayerNorm, kRmsNorm };

/// What stands between the two matrices of an MLP without a gate: x * sigmoid(1.702 x), or GELU in
/// its tanh form.
enum class VisionActivation { kQuickGelu, kTanhGelu };

/// The modules of a merger: a norm, then two linear maps with a GELU between, over the mergeSize^2
/// patches of a token in a row.
struct MergerSpec {
    std::string norm = "merger.ln_q", first = "merger.mlp.0", second = "merger.mlp.2";
    bool normsToken = false;  ///< the norm is over a token's patches in a row, not over each patch
};

/// A vision tower, where families differ: how it computes, and what its tensors and the fields of
/// its config.json are called. Defaults are those of Qwen2-VL.
struct VisionSpec {
    VisionNormKind norm = VisionNormKind::kLayerNorm;
    std::string activationName = "quick_gelu";  ///< hidden_act: what the config may say
    // The MLP of a block: down(silu(gate x) * up x), where there is no gate
    // down(activation(up x)).
    VisionActivation activation = VisionActivation::kQuickGelu;
    std::string upName = "mlp.fc1", gateName, downName = "mlp.fc2";
    MergerSpec merger;
    // Further features, taken behind inner blocks: the field that lists the blocks, the module list
    // of their mergers and the modules of one; empty in families without.
    std::string deepField, deepList;
    MergerSpec deepMerger;
    bool patchBias = false;  ///< the patch embedding has a bias
    // Learned positions, added to the patch embedding: the module of their table and the field that
    // counts its rows; empty in families without.
    std::string positionsName, positionsField;
    std::string widthField = "embed_dim", outputField = "hidden_size", innerField = "mlp_ratio";
    std::int64_t innerRatio = 4;  ///< innerField is a multiple of the width, by default this; 0:
                                  ///< it is the inner width itself
    std::int64_t patchSize = 14;  ///< pixels, where config.json has none
    std::int64_t windowSize = 0;  ///< pixels, where config.json has none; 0: no windows at all

    /// Matrices of a block's MLP.
    int mlpMatrices() const { return gateName.empty() ? 2 : 3; }
};

/// Sizes of a vision tower, as its config.json gives them.
struct VisionConfig {
    VisionSpec spec;
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
    std::int64_t windowSize = 0;              ///< pixels; 0: every block sees whole time steps
    std::vector<std::int64_t> fullAttention;  ///< blocks that do not use windows
    std::vector<std::int64_t> deepLayers;     ///< blocks behind which further features are taken
                                              ///< (VisionFeatures::deep), in their order
    std::int64_t positionSide = 0;  ///< learned positions are a square of this side; 0: none

    std::int64_t headDim() const { return width / heads; }

    /// Values of one patch row: channels * frames * pixels (1176 for patches of 14 pixels, 1536 of
    /// 16).
    std::int64_t patchValues() const {
        return channels * temporalPatchSize * patchSize * patchSize;
    }

    /// Language-model tokens of a grid.
    std::int64_t tokens(const PatchGrid& grid) const {
        return grid.patches() / (mergeSize * mergeSize);
    }

    /// Patches are grouped in squares of mergeSize, so picture sides are multiples of this.
    std::int64_t pixelsPerToken() const { return patchSize * mergeSize; }

    /// Modules of the merger of deepLayers[index].
    MergerSpec deepMerger(std::size_t index) const {
        const std::string item = spec.deepList + "." + std::to_string(index) + ".";
        return {item + spec.deepMerger.norm, item + spec.deepMerger.first,
                item + spec.deepMerger.second, spec.deepMerger.normsToken};
    }

    /// Values that the tower gives the language model for one of its tokens.
    std::int64_t featureValues() const {
        return outputSize * (1 + static_cast<std::int64_t>(deepLayers.size()));
    }
};

/// How pixels 0..255 become model input, and the sizes a checkpoint asks for, in pixels: of a
/// picture, or of a video, where that counts all of its frames.
struct PixelConfig {
    std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};  ///< of r, g, b in 0..1
    std::array<double, 3> std = {0.26862954, 0.26130258, 0.27577711};  ///< of r, g, b in 0..1
    std::int64_t minPixels = 3136;
    std::int64_t maxPixels = 12845056;
};

}  // namespace reelquery
