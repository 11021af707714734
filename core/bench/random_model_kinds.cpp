#include "core/bench/random_model_kinds.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr TokenId kQwenBaseTokens = 151643;
constexpr TokenId kTinyBaseTokens = 800;

RandomModelKind makeKind(const ModelSpec& spec, const PublishedSizes& sizes, TokenId baseTokens) {
    RandomModelKind kind{sizes.name, {}, baseTokens, sizes.hasHead};
    ModelConfig& config = kind.config;
    config.spec = &spec;
    config.text = {.hiddenSize = sizes.hidden,
                   .intermediateSize = sizes.inner,
                   .layers = sizes.layers,
                   .heads = sizes.heads,
                   .kvHeads = sizes.kvHeads,
                   .headDim = sizes.headDim,
                   .vocabSize = sizes.vocab,
                   .maxPositions = sizes.maxPositions,
                   .mropeSection = spec.mropeShares(sizes.headDim / 2),
                   .layer = spec.layer,
                   .tieWordEmbeddings = !sizes.hasHead};
    config.text.ropeTheta = spec.ropeTheta;
    config.vision.spec = spec.vision;
    config.vision.depth = sizes.visionDepth;
    config.vision.width = sizes.visionWidth;
    config.vision.heads = sizes.visionHeads;
    config.vision.intermediateSize = sizes.visionInner;
    config.vision.outputSize = sizes.hidden;
    config.vision.patchSize = spec.vision.patchSize;
    config.vision.windowSize = spec.vision.windowSize;
    config.vision.fullAttention = sizes.visionFullAttention;
    config.vision.deepLayers = sizes.visionDeepLayers;
    config.vision.positionSide = sizes.visionPositions;
    config.tokensPerSecond = spec.tokensPerSecond;
    config.pixels = spec.pixels;
    config.videoPixels = spec.videoPixels.value_or(spec.pixels);
    config.prompt = spec.prompt;
    const auto idOf = [&](const char* token) {
        const auto& all = spec.controlTokens;
        const auto found = std::find(all.begin(), all.end(), token);
        ENSURE(found != all.end(), "a family has the control tokens of its layout");
        return baseTokens + static_cast<TokenId>(found - all.begin());
    };
    config.ids = {idOf("<|vision_start|>"), idOf("<|vision_end|>"), idOf("<|image_pad|>"),
                  idOf("<|video_pad|>")};
    config.generation = {{idOf("<|im_end|>"), idOf("<|endoftext|>")}, spec.repetitionPenalty};
    return kind;
}

std::int64_t valuesOf(const RandomModelKind& kind) {
    std::int64_t values = kind.hasHead ? headShape(kind.config).values() : 0;
    for (const WeightShape& shape : weightShapes(kind.config)) values += shape.values();
    return values;
}

std::vector<RandomModelKind> makeTable() {
    // Small enough for tests, with the head dimension of the small kernels.
    const PublishedSizes tiny = {.name = "tiny",
                                 .hidden = 256,
                                 .inner = 512,
                                 .layers = 4,
                                 .heads = 4,
                                 .kvHeads = 2,
                                 .headDim = 64,
                                 .vocab = 896,
                                 .maxPositions = 32768,
                                 .hasHead = false,
                                 .visionDepth = 3,
                                 .visionWidth = 160,
                                 .visionHeads = 2,
                                 .visionInner = 640};
    // With heads wider together than the rows, positions to interpolate and three deep planes.
    const PublishedSizes tinyDeep = {.name = "tiny-qwen3-vl",
                                     .hidden = 192,
                                     .inner = 384,
                                     .layers = 4,
                                     .heads = 4,
                                     .kvHeads = 2,
                                     .headDim = 64,
                                     .vocab = 896,
                                     .maxPositions = 262144,
                                     .hasHead = true,
                                     .visionDepth = 4,
                                     .visionWidth = 128,
                                     .visionHeads = 2,
                                     .visionInner = 256,
                                     .visionDeepLayers = {0, 1, 3},
                                     .visionPositions = 8};
    const auto& specs = modelSpecs();
    const auto deep = std::find_if(specs.begin(), specs.end(), [](const ModelSpec* spec) {
        return !spec->vision.deepField.empty();
    });
    ENSURE(deep != specs.end(), "a family has deep features");
    std::vector<RandomModelKind> table = {makeKind(*specs.front(), tiny, kTinyBaseTokens),
                                          makeKind(**deep, tinyDeep, kTinyBaseTokens)};
    for (const ModelSpec* spec : modelSpecs()) {
        for (const PublishedSizes& sizes : spec->published) {
            table.push_back(makeKind(*spec, sizes, kQwenBaseTokens));
        }
    }
    std::stable_sort(table.begin(), table.end(),
                     [](const RandomModelKind& a, const RandomModelKind& b) {
                         return valuesOf(a) < valuesOf(b);
                     });
    return table;
}

}  // namespace

const std::vector<RandomModelKind>& randomModelKindTable() {
    static const std::vector<RandomModelKind> kTable = makeTable();
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

}  // namespace reelquery
