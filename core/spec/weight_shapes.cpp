#include "core/spec/weight_shapes.h"

#include <utility>

namespace reelquery {

namespace {

class ShapeList {
  public:
    void add(const std::string& name, std::vector<std::int64_t> shape) {
        shapes_.push_back({name, std::move(shape)});
    }

    void addLinear(const std::string& name, std::int64_t out, std::int64_t in, bool hasBias) {
        add(name + ".weight", {out, in});
        if (hasBias) add(name + ".bias", {out});
    }

    std::vector<WeightShape> take() { return std::move(shapes_); }

  private:
    std::vector<WeightShape> shapes_;
};

void addVision(const VisionConfig& config, ShapeList& list) {
    const VisionSpec& spec = config.spec;
    const std::int64_t width = config.width, inner = config.intermediateSize;
    const std::int64_t merged = width * config.mergeSize * config.mergeSize;
    const auto addNorm = [&](const std::string& name, std::int64_t size) {
        list.add(name + ".weight", {size});
        if (spec.norm == VisionNormKind::kLayerNorm) list.add(name + ".bias", {size});
    };
    const auto addMerger = [&](const MergerSpec& merger) {
        addNorm("visual." + merger.norm, merger.normsToken ? merged : width);
        list.addLinear("visual." + merger.first, merged, merged, true);
        list.addLinear("visual." + merger.second, config.outputSize, merged, true);
    };
    list.add("visual.patch_embed.proj.weight", {width, config.channels, config.temporalPatchSize,
                                                config.patchSize, config.patchSize});
    if (spec.patchBias) list.add("visual.patch_embed.proj.bias", {width});
    if (config.positionSide > 0) {
        list.add("visual." + spec.positionsName + ".weight",
                 {config.positionSide * config.positionSide, width});
    }
    for (std::int64_t i = 0; i < config.depth; ++i) {
        const std::string block = "visual.blocks." + std::to_string(i) + ".";
        addNorm(block + "norm1", width);
        addNorm(block + "norm2", width);
        list.addLinear(block + "attn.qkv", 3 * width, width, true);
        list.addLinear(block + "attn.proj", width, width, true);
        if (!spec.gateName.empty()) list.addLinear(block + spec.gateName, inner, width, true);
        list.addLinear(block + spec.upName, inner, width, true);
        list.addLinear(block + spec.downName, width, inner, true);
    }
    addMerger(spec.merger);
    for (std::size_t j = 0; j < config.deepLayers.size(); ++j) addMerger(config.deepMerger(j));
}

void addText(const TextConfig& config, ShapeList& list) {
    const std::int64_t hidden = config.hiddenSize, inner = config.intermediateSize;
    const std::int64_t queryWidth = config.heads * config.headDim;
    const std::int64_t keyWidth = config.kvHeads * config.headDim;
    const bool qkvBias = config.layer.qkvBias;
    list.add(kEmbeddingWeight, {config.vocabSize, hidden});
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string layer = "model.layers." + std::to_string(i) + ".";
        list.add(layer + "input_layernorm.weight", {hidden});
        list.addLinear(layer + "self_attn.q_proj", queryWidth, hidden, qkvBias);
        list.addLinear(layer + "self_attn.k_proj", keyWidth, hidden, qkvBias);
        list.addLinear(layer + "self_attn.v_proj", keyWidth, hidden, qkvBias);
        if (config.layer.qkNorm) {
            list.add(layer + "self_attn.q_norm.weight", {config.headDim});
            list.add(layer + "self_attn.k_norm.weight", {config.headDim});
        }
        list.addLinear(layer + "self_attn.o_proj", hidden, queryWidth, false);
        list.add(layer + "post_attention_layernorm.weight", {hidden});
        list.addLinear(layer + "mlp.gate_proj", inner, hidden, false);
        list.addLinear(layer + "mlp.up_proj", inner, hidden, false);
        list.addLinear(layer + "mlp.down_proj", hidden, inner, false);
    }
    list.add("model.norm.weight", {hidden});
}

}  // namespace

std::int64_t WeightShape::values() const {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

std::vector<WeightShape> weightShapes(const ModelConfig& config) {
    ShapeList list;
    addVision(config.vision, list);
    addText(config.text, list);
    return list.take();
}

WeightShape headShape(const ModelConfig& config) {
    return {kHeadWeight, {config.text.vocabSize, config.text.hiddenSize}};
}

bool isTowerWeight(const std::string& name) {
    return name.starts_with("visual.");
}

std::string hubWeightName(const std::string& name) {
    const auto replaced = [&](const std::string& prefix, const std::string& with) {
        return name.rfind(prefix, 0) == 0 ? with + name.substr(prefix.size()) : std::string();
    };
    if (std::string hub = replaced("model.visual.", "visual."); !hub.empty()) return hub;
    if (std::string hub = replaced("model.language_model.", "model."); !hub.empty()) return hub;
    return name;
}

}  // namespace reelquery
