#include "core/bench/random_model_kinds.h"

#include <cmath>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr TokenId kQwenBaseTokens = 151643;
constexpr TokenId kTinyBaseTokens = 800;

/// Sizes that differ between the kinds.
struct TextSizes {
    std::int64_t hidden, inner, layers, heads, kvHeads, vocab, maxPositions;
};

struct VisionSizes {
    std::int64_t depth, width, heads, inner;
    std::vector<std::int64_t> fullAttention;
};

RandomModelKind makeKind(const std::string& name, ModelFamily family, const TextSizes& text,
                         const VisionSizes& vision, TokenId baseTokens, bool hasHead) {
    RandomModelKind kind{name, {}, baseTokens, hasHead};
    ModelConfig& config = kind.config;
    config.family = family;
    config.text = {.hiddenSize = text.hidden,
                   .intermediateSize = text.inner,
                   .layers = text.layers,
                   .heads = text.heads,
                   .kvHeads = text.kvHeads,
                   .headDim = text.hidden / text.heads,
                   .vocabSize = text.vocab,
                   .maxPositions = text.maxPositions,
                   .tieWordEmbeddings = !hasHead};
    // A quarter of the pairs turn with time, three eighths each with row and column.
    const std::int64_t pairs = config.text.headDim / 2;
    config.text.mropeSection = {pairs / 4, pairs * 3 / 8, pairs * 3 / 8};
    config.vision.family = family;
    config.vision.depth = vision.depth;
    config.vision.width = vision.width;
    config.vision.heads = vision.heads;
    config.vision.intermediateSize = vision.inner;
    config.vision.outputSize = text.hidden;
    config.vision.fullAttention = vision.fullAttention;
    if (family == ModelFamily::kQwen2_5Vl) {
        config.vision.windowSize = 112;
        config.tokensPerSecond = 2;
    }
    // Order of controlTokens().
    config.ids = {baseTokens + 9, baseTokens + 10, baseTokens + 12, baseTokens + 13};
    config.generation = {{baseTokens + 2, baseTokens},
                         family == ModelFamily::kQwen2Vl ? 1.0 : 1.05};
    return kind;
}

}  // namespace

const std::vector<RandomModelKind>& randomModelKindTable() {
    using enum ModelFamily;
    const VisionSizes first = {32, 1280, 16, 5120, {}};
    const VisionSizes second = {32, 1280, 16, 3420, {7, 15, 23, 31}};
    static const std::vector<RandomModelKind> kTable = {
        makeKind("tiny", kQwen2Vl, {256, 512, 4, 4, 2, 896, 32768}, {3, 160, 2, 640, {}},
                 kTinyBaseTokens, false),
        makeKind("qwen2-vl-2b", kQwen2Vl, {1536, 8960, 28, 12, 2, 151936, 32768}, first,
                 kQwenBaseTokens, false),
        makeKind("qwen2.5-vl-3b", kQwen2_5Vl, {2048, 11008, 36, 16, 2, 151936, 128000}, second,
                 kQwenBaseTokens, false),
        makeKind("qwen2-vl-7b", kQwen2Vl, {3584, 18944, 28, 28, 4, 152064, 32768}, first,
                 kQwenBaseTokens, true),
        makeKind("qwen2.5-vl-7b", kQwen2_5Vl, {3584, 18944, 28, 28, 4, 152064, 128000}, second,
                 kQwenBaseTokens, true),
    };
    return kTable;
}

const RandomModelKind& randomModelKind(const std::string& name) {
    std::string names;
    for (const RandomModelKind& kind : randomModelKindTable()) {
        if (kind.name == name) return kind;
        names += (names.empty() ? "" : ", ") + kind.name;
    }
    throw Error(ErrorCode::kUsage, "there is no random model like \"" + name + "\"",
                "choose one of " + names);
}

ValueRange randomRange(const WeightShape& tensor) {
    const bool isNormWeight = tensor.shape.size() == 1 && tensor.name.ends_with(".weight");
    const bool isBias = tensor.shape.size() == 1 && !isNormWeight;
    const std::int64_t inputs = tensor.values() / tensor.shape.front();
    const double spread =
        isNormWeight || isBias ? 0.1 : 1.0 / std::sqrt(static_cast<double>(inputs));
    return {isNormWeight ? 1.0 : 0.0, spread * std::sqrt(3.0)};
}

std::vector<std::string> controlTokens(ModelFamily family) {
    std::vector<std::string> tokens = {
        "<|endoftext|>",      "<|im_start|>",     "<|im_end|>",     "<|object_ref_start|>",
        "<|object_ref_end|>", "<|box_start|>",    "<|box_end|>",    "<|quad_start|>",
        "<|quad_end|>",       "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
        "<|image_pad|>",      "<|video_pad|>"};
    if (family == ModelFamily::kQwen2_5Vl) {
        for (const char* more :
             {"<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
              "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"}) {
            tokens.emplace_back(more);
        }
    }
    return tokens;
}

}  // namespace reelquery
