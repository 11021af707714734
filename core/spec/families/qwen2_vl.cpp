// Qwen2-VL (2024): a tower of LayerNorm and QuickGELU, positions that count frame pairs. Its facts
// are ModelSpec's and VisionSpec's defaults where nothing is said here.

#include "core/spec/families/families.h"

namespace reelquery {

namespace {

ModelSpec makeQwen2Spec() {
    ModelSpec spec;
    spec.type = "qwen2_vl";
    spec.name = "Qwen2-VL";
    spec.architecture = "Qwen2VLForConditionalGeneration";
    spec.ggufArchitecture = "qwen2vl";
    spec.ggufProjector = "qwen2vl_merger";
    spec.layer.ropeTheta = 1e6;
    spec.vision.activationName = "quick_gelu";
    spec.vision.upName = "mlp.fc1";
    spec.vision.downName = "mlp.fc2";
    // "hidden_size" is the output's width here, the tower's own in later families.
    spec.vision.widthField = "embed_dim";
    spec.vision.outputField = "hidden_size";
    spec.vision.innerField = "mlp_ratio";
    spec.vision.innerRatio = 4;
    spec.controlTokens = {"<|endoftext|>",        "<|im_start|>",       "<|im_end|>",
                          "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
                          "<|box_end|>",          "<|quad_start|>",     "<|quad_end|>",
                          "<|vision_start|>",     "<|vision_end|>",     "<|vision_pad|>",
                          "<|image_pad|>",        "<|video_pad|>"};
    spec.published = {{"qwen2-vl-2b",
                       1536,
                       8960,
                       28,
                       12,
                       2,
                       128,
                       151936,
                       32768,
                       false,
                       32,
                       1280,
                       16,
                       5120,
                       {},
                       {}},
                      {"qwen2-vl-7b",
                       3584,
                       18944,
                       28,
                       28,
                       4,
                       128,
                       152064,
                       32768,
                       true,
                       32,
                       1280,
                       16,
                       5120,
                       {},
                       {}}};
    return spec;
}

}  // namespace

const ModelSpec& qwen2VlSpec() {
    static const ModelSpec kSpec = makeQwen2Spec();
    return kSpec;
}

}  // namespace reelquery
