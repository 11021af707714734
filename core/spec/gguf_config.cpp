#include "core/spec/gguf_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/spec/chat_template.h"
#include "core/spec/gguf_files.h"
#include "core/spec/gguf_header.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kMostWidth = 1 << 17, kMostCount = 1024, kMostTokens = 1 << 24;

/// A float32 as the decimal number that people wrote: 0.48145466, not 0.4814546704...
double asWritten(double value) {
    std::array<char, 64> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value)).ptr;
    double result = value;
    std::from_chars(text.data(), end, result);
    return result;
}

/// Shape of a tensor that has to be there.
const std::vector<std::int64_t>& shapeOf(const GgufHeader& header, const char* name,
                                         std::size_t dims) {
    const auto found = header.tensors.find(name);
    if (found == header.tensors.end())
        header.fail(std::string("the tensor ") + name + " is missing");
    if (found->second.shape.size() != dims) {
        header.fail(std::string(name) + " has " + std::to_string(found->second.shape.size()) +
                    " dimensions, expected " + std::to_string(dims));
    }
    return found->second.shape;
}

/// Some family has this architecture; which one, the tower tells.
void requireKnown(const GgufHeader& text) {
    const std::string kind = text.text("general.architecture", "");
    for (const ModelSpec* spec : modelSpecs()) {
        if (spec->ggufArchitecture != kind) continue;
        (void)text.integer(kind + ".embedding_length", 1, kMostWidth);  // what a tower has to fit
        return;
    }
    throw Error(ErrorCode::kModel,
                text.file.string() + ": models of the architecture \"" + kind + "\" cannot be run",
                "choose one of " + modelSpecNames());
}

const ModelSpec& specOf(const GgufHeader& text, const GgufHeader& vision) {
    const std::string kind = text.text("general.architecture", "");
    const std::string projector = vision.text("clip.projector_type", "");
    for (const ModelSpec* spec : modelSpecs()) {
        if (spec->ggufArchitecture == kind && spec->ggufProjector == projector) return *spec;
    }
    throw Error(ErrorCode::kModel,
                vision.file.string() + ": a tower of the kind \"" + projector +
                    "\" does not belong to a model of the architecture \"" + kind + "\"",
                "name the model's own mmproj file with --mmproj");
}

TextConfig readGgufText(const GgufHeader& header, bool hasHead, std::int64_t vocabSize,
                        const ModelSpec& spec) {
    const std::string kind = spec.ggufArchitecture + ".";
    TextConfig config;
    config.layer = spec.layer;
    config.hiddenSize = header.integer(kind + "embedding_length", 1, kMostWidth);
    config.intermediateSize = header.integer(kind + "feed_forward_length", 1, kMostWidth);
    config.layers = header.integer(kind + "block_count", 1, kMostCount);
    config.heads = header.integer(kind + "attention.head_count", 1, kMostCount);
    config.kvHeads = header.integer(kind + "attention.head_count_kv", 1, kMostCount, config.heads);
    config.maxPositions = header.integer(kind + "context_length", 1, kMostTokens, 32768);
    config.rmsNormEps = asWritten(header.positive(kind + "attention.layer_norm_rms_epsilon"));
    if (config.heads % config.kvHeads != 0) {
        header.fail("the key " + kind + "attention.head_count_kv does not divide " +
                    std::to_string(config.heads));
    }
    const std::string length = kind + "attention.key_length";
    if (!header.has(length) && config.hiddenSize % config.heads != 0) {
        header.fail("the key " + kind + "embedding_length is no multiple of the heads");
    }
    config.headDim = header.integer(length, 1, kMostWidth, config.hiddenSize / config.heads);
    config.ropeTheta = header.has(kind + "rope.freq_base")
                           ? header.positive(kind + "rope.freq_base")
                           : spec.layer.ropeTheta;
    const auto sections = header.integers(kind + "rope.dimension_sections");
    const bool isGood = sections.size() >= 3 &&
                        *std::min_element(sections.begin(), sections.end()) >= 0 &&
                        *std::max_element(sections.begin(), sections.end()) <= kMostWidth;
    if (!isGood ||
        2 * std::accumulate(sections.begin(), sections.end(), std::int64_t{0}) != config.headDim) {
        header.fail("the key " + kind +
                    "rope.dimension_sections is not three numbers with the sum " +
                    std::to_string(config.headDim / 2));
    }
    std::copy_n(sections.begin(), 3, config.mropeSection.begin());
    config.vocabSize = vocabSize;
    config.tieWordEmbeddings = !hasHead;
    return config;
}

VisionConfig readGgufVision(const GgufHeader& header, const ModelSpec& spec,
                            std::int64_t textWidth) {
    const std::string kind = "clip.vision.";
    VisionConfig config;
    config.spec = spec.vision;
    config.depth = header.integer(kind + "block_count", 1, kMostCount);
    config.width = header.integer(kind + "embedding_length", 1, kMostWidth);
    config.heads = header.integer(kind + "attention.head_count", 1, kMostCount);
    config.patchSize = header.integer(kind + "patch_size", 1, 64, spec.vision.patchSize);
    if (config.patchSize != 14 && config.patchSize != 16) {
        header.fail("the key " + kind + "patch_size is neither 14 nor 16");
    }
    config.mergeSize = header.integer(kind + "spatial_merge_size", 2, 2, 2);
    config.outputSize = header.integer(kind + "projection_dim", 1, kMostWidth);
    if (config.outputSize != textWidth) {
        throw Error(ErrorCode::kModel,
                    header.file.string() + " makes features of " +
                        std::to_string(config.outputSize) + " values, the model takes " +
                        std::to_string(textWidth),
                    "name the model's own mmproj file with --mmproj");
    }
    if (config.width % config.heads != 0 || config.headDim() % 4 != 0) {
        header.fail("the key " + kind + "attention.head_count leaves no heads of a multiple of 4");
    }
    // The key of the inner width is wrong in files of some converters, the shapes are not.
    const auto& up = shapeOf(header, "v.blk.0.ffn_up.weight", 2);
    config.intermediateSize = up[1] == config.width ? up[0] : up[1];
    if (!spec.vision.positionsName.empty()) {
        const auto& table = shapeOf(header, "v.position_embd.weight", 2);
        config.positionSide = std::llround(std::sqrt(static_cast<double>(table[0])));
        if (config.positionSide * config.positionSide != table[0]) {
            header.fail("v.position_embd.weight has no square number of rows");
        }
    }
    for (const std::int64_t block : [&] {
             const auto flags = header.integers(kind + "is_deepstack_layers");
             std::vector<std::int64_t> blocks;
             for (std::size_t i = 0; i < flags.size(); ++i) {
                 if (flags[i]) blocks.push_back(static_cast<std::int64_t>(i));
             }
             return blocks;
         }()) {
        if (block >= config.depth || spec.vision.deepField.empty()) {
            header.fail("the key " + kind + "is_deepstack_layers does not fit the tower");
        }
        config.deepLayers.push_back(block);
    }
    if (spec.vision.windowSize == 0) return config;
    config.windowSize = spec.vision.windowSize;
    if (config.windowSize % config.pixelsPerToken() != 0) {
        header.fail("the key " + kind + "patch_size does not divide windows of " +
                    std::to_string(config.windowSize) + " pixels");
    }
    const std::int64_t pattern = header.integer(kind + "n_wa_pattern", 0, kMostCount, 0);
    for (std::int64_t i = 0; i < config.depth; ++i) {
        if (pattern == 0 || (i + 1) % pattern == 0) config.fullAttention.push_back(i);
    }
    return config;
}

void readTokens(const GgufHeader& header, const ModelSpec& spec, ModelConfig& config) {
    const auto& tokens = header.texts("tokenizer.ggml.tokens");
    std::unordered_map<std::string, TokenId> ids;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string& token = tokens[i];
        if (token.starts_with("<|")) ids.emplace(token, static_cast<TokenId>(i));
    }
    const auto id = [&](const char* text) {
        const auto found = ids.find(text);
        if (found == ids.end() || found->second >= config.text.vocabSize) {
            header.fail(std::string("the token ") + text + " is missing");
        }
        return found->second;
    };
    config.ids = {id("<|vision_start|>"), id("<|vision_end|>"), id("<|image_pad|>"),
                  id("<|video_pad|>")};
    const auto addEos = [&](TokenId token) {
        auto& all = config.generation.eosIds;
        if (std::find(all.begin(), all.end(), token) == all.end()) all.push_back(token);
    };
    const std::string key = "tokenizer.ggml.eos_token_id";
    if (header.has(key)) {
        addEos(static_cast<TokenId>(header.integer(key, 0, config.text.vocabSize - 1)));
    }
    for (const char* text : {"<|im_end|>", "<|endoftext|>"}) {
        if (ids.contains(text)) addEos(id(text));
    }
    if (config.generation.eosIds.empty()) header.fail("the key " + key + " is missing");
    const auto sampling = [&](const char* name, double fallback) {
        const std::string place = std::string("general.sampling.") + name;
        return header.has(place) ? asWritten(header.positive(place)) : fallback;
    };
    config.generation.temperature = sampling("temp", config.generation.temperature);
    config.generation.topP = std::min(1.0, sampling("top_p", config.generation.topP));
    config.generation.topK =
        static_cast<int>(header.integer("general.sampling.top_k", 0, 1 << 24, 0));
    const std::string penalty = "general.sampling.penalty_repeat";
    config.generation.repetitionPenalty =
        header.has(penalty) ? asWritten(header.positive(penalty)) : spec.repetitionPenalty;
}

void readTriple(const GgufHeader& header, const std::string& key, std::array<double, 3>& target,
                bool isDivisor) {
    const auto values = header.numbers(key);
    if (values.empty()) return;
    const bool hasZero = isDivisor && std::count(values.begin(), values.end(), 0.0) > 0;
    if (values.size() != 3 || hasZero) header.fail("the key " + key + " is not three numbers");
    std::transform(values.begin(), values.end(), target.begin(), asWritten);
}

}  // namespace

ModelConfig readGgufConfig(const fs::path& model, const fs::path& visionFile) {
    const std::vector<fs::path> parts = ggufParts(model);
    const GgufHeader header = readGgufHeader(parts.front());
    if (header.text("general.architecture", "") == "clip") {
        throw Error(ErrorCode::kModel,
                    model.string() + " holds a vision tower only (an mmproj file)",
                    "name the language model's file with --model and this one with --mmproj");
    }
    requireKnown(header);
    const auto split = header.integer("split.count", 0, 1 << 16, 1);
    if (split > 1 && static_cast<std::size_t>(split) != parts.size()) {
        throw Error(ErrorCode::kModel,
                    model.string() + " is one of " + std::to_string(split) +
                        " parts, whose names do not lead to each other",
                    "name the parts x-00001-of-" + std::string("0000") + std::to_string(split) +
                        ".gguf and so on");
    }
    const fs::path tower = ggufVisionFile(model, visionFile);
    if (tower.empty()) {
        // A damaged one fits nobody: its own fault is the better news.
        for (const fs::path& file : ggufFilesIn(model.parent_path())) {
            if (file.filename().string().find("mmproj") != std::string::npos)
                (void)readGgufHeader(file);
        }
        throw Error(ErrorCode::kModel,
                    model.string() + ": no vision tower (mmproj...gguf) that fits lies beside it",
                    "fetch the model's mmproj file too, or name it with --mmproj");
    }
    const GgufHeader vision = readGgufHeader(tower);
    if (vision.text("general.architecture", "") != "clip") {
        throw Error(ErrorCode::kModel, tower.string() + " is not a vision tower (mmproj)",
                    "name the model's own mmproj file with --mmproj");
    }
    ModelConfig config;
    const ModelSpec& spec = specOf(header, vision);
    config.spec = &spec;
    config.quantization.method = "gguf";
    bool hasHead = false;
    for (const fs::path& part : parts) {
        const GgufHeader one = part == parts.front() ? header : readGgufHeader(part);
        hasHead = hasHead || one.tensors.contains("output.weight");
        if (one.tensors.contains("token_embd.weight")) {
            config.text.vocabSize = shapeOf(one, "token_embd.weight", 2)[0];
        }
    }
    if (config.text.vocabSize == 0) header.fail("the tensor token_embd.weight is missing");
    if (config.text.vocabSize > kMostTokens) header.fail("token_embd.weight is absurd");
    config.text = readGgufText(header, hasHead, config.text.vocabSize, spec);
    config.vision = readGgufVision(vision, spec, config.text.hiddenSize);
    config.tokensPerSecond = spec.tokensPerSecond;
    readTokens(header, spec, config);
    config.pixels = spec.pixels;
    readTriple(vision, "clip.vision.image_mean", config.pixels.mean, false);
    readTriple(vision, "clip.vision.image_std", config.pixels.std, true);
    config.videoPixels = spec.videoPixels.value_or(spec.pixels);
    config.videoPixels.mean = config.pixels.mean;
    config.videoPixels.std = config.pixels.std;
    config.prompt = spec.prompt;
    config.prompt.opensThought =
        spec.mayThink && opensThought(header.text("tokenizer.chat_template", ""));
    return config;
}

}  // namespace reelquery
