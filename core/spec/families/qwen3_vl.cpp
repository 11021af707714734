// Qwen3-VL (2025, dense): learned positions in a tower without windows, deep features behind the
// first layers, norms of q and k, rotary axes in turns, and times as text before every frame pair.

#include "core/spec/families/families.h"

namespace reelquery {

namespace {

/// What the towers of all sizes share comes in two: depth 24 for the small, 27 for the large.
PublishedSizes withTower(PublishedSizes sizes, bool isLarge) {
    sizes.vocab = 151936;
    sizes.maxPositions = 262144;
    sizes.visionDepth = isLarge ? 27 : 24;
    sizes.visionWidth = isLarge ? 1152 : 1024;
    sizes.visionHeads = 16;
    sizes.visionInner = isLarge ? 4304 : 4096;
    sizes.visionDeepLayers =
        isLarge ? std::vector<std::int64_t>{8, 16, 24} : std::vector<std::int64_t>{5, 11, 17};
    sizes.visionPositions = 48;
    return sizes;
}

PixelConfig pixels(std::int64_t smallest, std::int64_t largest) {
    return {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, smallest, largest};
}

ModelSpec makeQwen3Spec() {
    ModelSpec spec;
    spec.type = "qwen3_vl";
    spec.name = "Qwen3-VL";
    spec.architecture = "Qwen3VLForConditionalGeneration";
    spec.ggufArchitecture = "qwen3vl";
    spec.ggufProjector = "qwen3vl_merger";
    spec.layer.qkvBias = false;
    spec.layer.qkNorm = true;
    spec.layer.rope = RopeLayout::kInterleaved;
    spec.layer.ropeTheta =
        0;  // every published file has one, and libraries differ in their default
    spec.vision.activation = VisionActivation::kTanhGelu;
    spec.vision.activationName = "gelu_pytorch_tanh";
    spec.vision.upName = "mlp.linear_fc1";
    spec.vision.downName = "mlp.linear_fc2";
    spec.vision.merger = {"merger.norm", "merger.linear_fc1", "merger.linear_fc2", false};
    spec.vision.deepField = "deepstack_visual_indexes";
    spec.vision.deepList = "deepstack_merger_list";
    spec.vision.deepMerger = {"norm", "linear_fc1", "linear_fc2", true};
    spec.vision.patchBias = true;
    spec.vision.positionsName = "pos_embed";
    spec.vision.positionsField = "num_position_embeddings";
    spec.vision.widthField = "hidden_size";
    spec.vision.outputField = "out_hidden_size";
    spec.vision.innerField = "intermediate_size";
    spec.vision.innerRatio = 0;
    spec.vision.patchSize = 16;
    spec.pixels = pixels(65536, 16777216);
    spec.videoPixels = pixels(4096, 25165824);
    spec.prompt.timeTextEveryPairs = 1;
    spec.prompt.system = "";
    spec.prompt.timeText = secondsTimeText;
    spec.prompt.pairTime = PairTime::kMean;
    spec.mayThink = true;
    spec.mropeSection = {24, 20, 20};
    spec.ropeTheta = 5e6;
    spec.controlTokens = qwen2VlSpec().controlTokens;
    spec.keptTokens = {"<tool_call>",     "</tool_call>",     "<|fim_prefix|>", "<|fim_middle|>",
                       "<|fim_suffix|>",  "<|fim_pad|>",      "<|repo_name|>",  "<|file_sep|>",
                       "<tool_response>", "</tool_response>", "<think>",        "</think>"};
    spec.published = {withTower({.name = "qwen3-vl-2b",
                                 .hidden = 2048,
                                 .inner = 6144,
                                 .layers = 28,
                                 .heads = 16,
                                 .kvHeads = 8,
                                 .headDim = 128},
                                false),
                      withTower({.name = "qwen3-vl-4b",
                                 .hidden = 2560,
                                 .inner = 9728,
                                 .layers = 36,
                                 .heads = 32,
                                 .kvHeads = 8,
                                 .headDim = 128},
                                false),
                      withTower({.name = "qwen3-vl-8b",
                                 .hidden = 4096,
                                 .inner = 12288,
                                 .layers = 36,
                                 .heads = 32,
                                 .kvHeads = 8,
                                 .headDim = 128,
                                 .hasHead = true},
                                true),
                      withTower({.name = "qwen3-vl-32b",
                                 .hidden = 5120,
                                 .inner = 25600,
                                 .layers = 64,
                                 .heads = 64,
                                 .kvHeads = 8,
                                 .headDim = 128,
                                 .hasHead = true},
                                true)};
    return spec;
}

}  // namespace

const ModelSpec& qwen3VlSpec() {
    static const ModelSpec kSpec = makeQwen3Spec();
    return kSpec;
}

}  // namespace reelquery
