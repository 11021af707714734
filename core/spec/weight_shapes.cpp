#include "core/spec/weight_shapes.h"

#include <utility>

namespace reelquery {

namespace {

class ShapeList {
  public:
    void add(const std::string& name, std::vector<std::int64_t> shape) {
        shapes_.push_back({name, std::move(shape)});
    }

    void addLinear(const std::string& name, std::int64_t out, std::int64_t in) {
        add(name + ".weight", {out, in});
        add(name + ".bias", {out});
    }

    std::vector<WeightShape> take() { return std::move(shapes_); }

  private:
    std::vector<WeightShape> shapes_;
};

void addVision(const VisionConfig& config, ShapeList& list) {
    const bool hasNormBias = config.family == ModelFamily::kQwen2Vl;
    const std::int64_t width = config.width, inner = config.intermediateSize;
    const auto addNorm = [&](const std::string& name) {
        list.add(name + ".weight", {width});
        if (hasNormBias) list.add(name + ".bias", {width});
    };
    list.add("visual.patch_embed.proj.weight", {width, config.channels, config.temporalPatchSize,
                                                config.patchSize, config.patchSize});
    for (std::int64_t i = 0; i < config.depth; ++i) {
        const std::string block = "visual.blocks." + std::to_string(i) + ".";
        addNorm(block + "norm1");
        addNorm(block + "norm2");
        list.addLinear(block + "attn.qkv", 3 * width, width);
        list.addLinear(block + "attn.proj", width, width);
        if (config.family == ModelFamily::kQwen2Vl) {
            list.addLinear(block + "mlp.fc1", inner, width);
            list.addLinear(block + "mlp.fc2", width, inner);
        } else {
            list.addLinear(block + "mlp.gate_proj", inner, width);
            list.addLinear(block + "mlp.up_proj", inner, width);
            list.addLinear(block + "mlp.down_proj", width, inner);
        }
    }
    const std::int64_t merged = width * config.mergeSize * config.mergeSize;
    addNorm("visual.merger.ln_q");
    list.addLinear("visual.merger.mlp.0", merged, merged);
    list.addLinear("visual.merger.mlp.2", config.outputSize, merged);
}

void addText(const TextConfig& config, ShapeList& list) {
    const std::int64_t hidden = config.hiddenSize, inner = config.intermediateSize;
    const std::int64_t queryWidth = config.heads * config.headDim;
    const std::int64_t keyWidth = config.kvHeads * config.headDim;
    list.add("model.embed_tokens.weight", {config.vocabSize, hidden});
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string layer = "model.layers." + std::to_string(i) + ".";
        list.add(layer + "input_layernorm.weight", {hidden});
        list.addLinear(layer + "self_attn.q_proj", queryWidth, hidden);
        list.addLinear(layer + "self_attn.k_proj", keyWidth, hidden);
        list.addLinear(layer + "self_attn.v_proj", keyWidth, hidden);
        list.add(layer + "self_attn.o_proj.weight", {hidden, queryWidth});
        list.add(layer + "post_attention_layernorm.weight", {hidden});
        list.add(layer + "mlp.gate_proj.weight", {inner, hidden});
        list.add(layer + "mlp.up_proj.weight", {inner, hidden});
        list.add(layer + "mlp.down_proj.weight", {hidden, inner});
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

std::string hubWeightName(const std::string& name) {
    const auto replaced = [&](const std::string& prefix, const std::string& with) {
        return name.rfind(prefix, 0) == 0 ? with + name.substr(prefix.size()) : std::string();
    };
    if (std::string hub = replaced("model.visual.", "visual."); !hub.empty()) return hub;
    if (std::string hub = replaced("model.language_model.", "model."); !hub.empty()) return hub;
    return name;
}

}  // namespace reelquery
