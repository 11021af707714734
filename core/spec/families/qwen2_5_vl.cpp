// Qwen2.5-VL (2025): a tower of RMSNorm and SwiGLU with windows, positions that count seconds.

#include "core/spec/families/families.h"

namespace reelquery {

namespace {

ModelSpec makeQwen25Spec() {
    ModelSpec spec;
    spec.type = "qwen2_5_vl";
    spec.name = "Qwen2.5-VL";
    spec.architecture = "Qwen2_5_VLForConditionalGeneration";
    spec.ggufArchitecture = "qwen2vl";
    spec.ggufProjector = "qwen2.5vl_merger";
    spec.layer.ropeTheta = 1e6;
    spec.vision.norm = VisionNormKind::kRmsNorm;
    spec.vision.activationName = "silu";
    spec.vision.upName = "mlp.up_proj";
    spec.vision.gateName = "mlp.gate_proj";
    spec.vision.downName = "mlp.down_proj";
    spec.vision.widthField = "hidden_size";
    spec.vision.outputField = "out_hidden_size";
    spec.vision.innerField = "intermediate_size";
    spec.vision.innerRatio = 0;
    spec.vision.windowSize = 112;
    spec.tokensPerSecond = 2;
    spec.controlTokens = qwen2VlSpec().controlTokens;
    for (const char* more : {"<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>",
                             "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"}) {
        spec.controlTokens.emplace_back(more);
    }
    spec.repetitionPenalty = 1.05;
    spec.published = {{"qwen2.5-vl-3b",
                       2048,
                       11008,
                       36,
                       16,
                       2,
                       128,
                       151936,
                       128000,
                       false,
                       32,
                       1280,
                       16,
                       3420,
                       {7, 15, 23, 31},
                       {}},
                      {"qwen2.5-vl-7b",
                       3584,
                       18944,
                       28,
                       28,
                       4,
                       128,
                       152064,
                       128000,
                       true,
                       32,
                       1280,
                       16,
                       3420,
                       {7, 15, 23, 31},
                       {}}};
    return spec;
}

}  // namespace

const ModelSpec& qwen2_5VlSpec() {
    static const ModelSpec kSpec = makeQwen25Spec();
    return kSpec;
}

}  // namespace reelquery
