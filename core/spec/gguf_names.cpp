#include "core/spec/gguf_names.h"

#include <map>
#include <utility>

namespace reelquery {

namespace {

/// "a.b.weight" -> {"a.b", ".weight"}.
std::pair<std::string, std::string> splitKind(const std::string& name) {
    const auto dot = name.rfind('.');
    return {name.substr(0, dot), name.substr(dot)};
}

/// "<prefix>12.rest" -> {"12", "rest"}; empty where the name begins otherwise.
std::pair<std::string, std::string> splitIndex(const std::string& name, const std::string& prefix) {
    if (!name.starts_with(prefix)) return {};
    const auto dot = name.find('.', prefix.size());
    if (dot == std::string::npos) return {};
    return {name.substr(prefix.size(), dot - prefix.size()), name.substr(dot + 1)};
}

std::string textName(const std::string& module) {
    static const std::map<std::string, std::string> kWhole = {
        {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}};
    static const std::map<std::string, std::string> kParts = {
        {"input_layernorm", "attn_norm"},    {"post_attention_layernorm", "ffn_norm"},
        {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"},
        {"self_attn.v_proj", "attn_v"},      {"self_attn.o_proj", "attn_output"},
        {"self_attn.q_norm", "attn_q_norm"}, {"self_attn.k_norm", "attn_k_norm"},
        {"mlp.gate_proj", "ffn_gate"},       {"mlp.up_proj", "ffn_up"},
        {"mlp.down_proj", "ffn_down"}};
    if (const auto whole = kWhole.find(module); whole != kWhole.end()) return whole->second;
    const auto [index, part] = splitIndex(module, "model.layers.");
    const auto found = kParts.find(part);
    return found == kParts.end() ? "" : "blk." + index + "." + found->second;
}

/// A merger's norm and maps; empty for other modules.
std::string mergerPart(const std::string& module, const MergerSpec& merger, const char* norm,
                       const char* first, const char* second) {
    if (module == merger.norm) return norm;
    if (module == merger.first) return first;
    return module == merger.second ? second : "";
}

/// Old converters gave the two maps of a block's MLP each other's names: the shapes tell.
bool areSwapped(const std::string& block, std::int64_t width, const StoredShape& stored) {
    const auto* up = stored(block + "ffn_up.weight");
    const auto* down = stored(block + "ffn_down.weight");
    return up && down && up->back() != width && down->back() == width;
}

std::vector<std::string> blockNames(const std::string& index, const std::string& module,
                                    const VisionConfig& config, const StoredShape& stored) {
    const std::string block = "v.blk." + index + ".";
    const VisionSpec& spec = config.spec;
    if (module == "norm1") return {block + "ln1"};
    if (module == "norm2") return {block + "ln2"};
    if (module == "attn.proj") return {block + "attn_out"};
    if (module == "attn.qkv") {
        if (stored(block + "attn_qkv.weight")) return {block + "attn_qkv"};
        return {block + "attn_q", block + "attn_k", block + "attn_v"};
    }
    const bool swapped = areSwapped(block, config.width, stored);
    if (module == spec.upName) return {block + (swapped ? "ffn_down" : "ffn_up")};
    if (module == spec.downName) return {block + (swapped ? "ffn_up" : "ffn_down")};
    if (!spec.gateName.empty() && module == spec.gateName) return {block + "ffn_gate"};
    return {};
}

std::vector<std::string> visionNames(const std::string& module, const VisionConfig& config,
                                     const StoredShape& stored) {
    if (const auto [index, part] = splitIndex(module, "blocks."); !index.empty()) {
        return blockNames(index, part, config, stored);
    }
    std::string name = mergerPart(module, config.spec.merger, "v.post_ln", "mm.0", "mm.2");
    for (std::size_t j = 0; name.empty() && j < config.deepLayers.size(); ++j) {
        // They carry the number of the block they are taken behind.
        const std::string deep = "v.deepstack." + std::to_string(config.deepLayers[j]) + ".";
        name = mergerPart(module, config.deepMerger(j), "norm", "fc1", "fc2");
        if (!name.empty()) name = deep + name;
    }
    if (!config.spec.positionsName.empty() && module == config.spec.positionsName) {
        name = "v.position_embd";
    }
    if (name.empty()) return {};
    return {name};
}

}  // namespace

std::vector<std::string> ggufNames(const std::string& hubName, const ModelConfig& config,
                                   const StoredShape& stored) {
    const auto [module, kind] = splitKind(hubName);
    const std::string vision = "visual.";
    if (!module.starts_with(vision)) {
        const std::string name = textName(module);
        if (name.empty()) return {};
        return {name + kind};
    }
    if (module == "visual.patch_embed.proj") {
        if (kind == ".bias") return {"v.patch_embd.bias"};
        return {"v.patch_embd.weight", "v.patch_embd.weight.1"};
    }
    std::vector<std::string> names =
        visionNames(module.substr(vision.size()), config.vision, stored);
    for (std::string& name : names) name += kind;
    return names;
}

}  // namespace reelquery
