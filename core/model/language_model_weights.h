#pragma once
// What a language model holds, and one step of it through all layers. Internal to core/model.
// n tokens of the step, H hidden size, D head dimension, V vocabulary rows.

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/attention/token_attention.h"
#include "core/device/torch_target.h"
#include "core/device/vision_features.h"
#include "core/model/decoder_layer.h"
#include "core/model/language_model.h"
#include "core/model/rotary.h"

namespace reelquery {

/// Pads that stand together in a chunk.
struct PadRun {
    std::int64_t begin = 0, count = 0;  // tokens of the chunk
    std::int64_t row = 0;               // of the first one's features in ChunkInputs::deep
};

/// What the layers start from.
struct ChunkInputs {
    at::Tensor x;         // [n, H]
    at::Tensor cos, sin;  // [n, D/2]
    std::vector<PadRun> pads;
    std::vector<at::Tensor> deep;  // of the chunk's pads [pads, H], on the model's device
};

inline void tell(StageObserver* observer, const std::string& stage, const at::Tensor& value) {
    if (observer) observer->see(stage, value);
}

struct LanguageModel::Weights {
    TextConfig config;
    SpecialIds ids;
    ComputeTarget target;
    Linear embedding;  // H -> V; its rows are the tokens'
    // Where no head shares the embedding, no product reads it: a card's memory is not for it.
    bool isEmbeddingOnHost = false;
    Linear head;           // H -> V; may be the embedding
    at::Tensor finalNorm;  // [H]
    std::vector<DecoderLayer> layers;
    std::vector<bool> narrowKv;  // layers whose keys and values take 8 bits; empty: none

    bool isPad(TokenId id) const { return id == ids.videoPad || id == ids.imagePad; }

    bool hasTokenGraphs() const {
        return target.cudaDevice >= 0 &&
               whyNoTokenAttention(target.bfloat16, config.headDim).empty();
    }

    /// The tokens' rows [n, H], in the memory that holds the embedding.
    at::Tensor embeddingRows(std::span<const TokenId> tokens) const {
        const auto n = static_cast<std::int64_t>(tokens.size());
        const at::TensorOptions where =
            isEmbeddingOnHost ? at::TensorOptions() : hostOptions(target);
        at::Tensor index = at::empty({n}, where.dtype(at::kLong));
        std::copy(tokens.begin(), tokens.end(), index.data_ptr<std::int64_t>());
        return embedding.rows(isEmbeddingOnHost ? index : index.to(deviceOf(target), true));
    }

    at::Tensor embed(std::span<const TokenId> tokens) const {
        return embeddingRows(tokens).to(deviceOf(target));
    }

    /// Of tokens [begin, begin + n). row: of the first pad's feature; moved behind the last one's.
    ChunkInputs chunkInputs(const PrefillRequest& request, std::int64_t begin, std::int64_t n,
                            std::int64_t& row) const {
        const auto tokens = request.ids.subspan(begin, n);
        const VisionFeatures& features = request.visionFeatures;
        const std::int64_t firstRow = row;
        ChunkInputs inputs;
        std::vector<TokenId> words;
        std::vector<std::int64_t> places;  // of the words in the chunk
        for (std::int64_t i = 0; i < n; ++i) {
            const TokenId token = tokens[static_cast<std::size_t>(i)];
            if (isPad(token)) continue;
            words.push_back(token);
            places.push_back(i);
        }
        const at::Device device = deviceOf(target);
        inputs.x = at::empty({n, config.hiddenSize},
                             at::TensorOptions().dtype(typeOf(target)).device(device));
        if (!words.empty()) {
            const at::Tensor where = at::tensor(places, at::kLong).to(device);
            inputs.x.index_copy_(0, where, embed(words));
        }
        for (std::int64_t i = 0; i < n;) {
            std::int64_t end = i;
            while (end < n && isPad(tokens[static_cast<std::size_t>(end)])) ++end;
            if (end > i) {
                inputs.pads.push_back({i, end - i, row - firstRow});
                inputs.x.narrow(0, i, end - i).copy_(features.rows.narrow(0, row, end - i));
                row += end - i;
            }
            i = end + 1;
        }
        for (const at::Tensor& deep : features.deep) {
            inputs.deep.push_back(deep.narrow(0, firstRow, row - firstRow).to(device));
        }
        rotaryTables(request.positions, begin, begin + n, config, target, inputs.cos, inputs.sin);
        return inputs;
    }

    /// x [n, H] through all layers, in place. deep and pads: as ChunkInputs', empty behind a
    /// prompt. layerDone(i): layer i was launched.
    template <class LayerDone>
    void runLayers(at::Tensor& x, const LayerStep& step, const std::vector<at::Tensor>& deep,
                   const std::vector<PadRun>& pads, const LayerDone& layerDone) const {
        at::Tensor pending;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            pending = layers[i].run(x, pending, step);
            const bool isDeep = i < deep.size();
            if (isDeep && (!pads.empty() || step.observer)) {
                if (pending.defined()) x.add_(pending);
                pending.reset();
                for (const PadRun& run : pads) {
                    x.narrow(0, run.begin, run.count).add_(deep[i].narrow(0, run.row, run.count));
                }
                tell(step.observer, "lm.layer_" + std::to_string(i) + ".deepstack", x);
            }
            layerDone(static_cast<std::int64_t>(i));
        }
        if (pending.defined()) x.add_(pending);
    }

    /// Logits [V] of the last row of x [n, H], float32.
    at::Tensor logitsOnDevice(const at::Tensor& x) const {
        const at::Tensor last =
            rmsNorm(x.narrow(0, x.size(0) - 1, 1), finalNorm, config.rmsNormEps);
        return head.apply(last).squeeze(0).to(at::kFloat);
    }

    at::Tensor logits(const at::Tensor& x) const { return logitsOnDevice(x).to(at::kCPU); }
};

}  // namespace reelquery
