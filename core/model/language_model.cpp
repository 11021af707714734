#include "core/model/language_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/attention/token_attention.h"
#include "core/base/error.h"
#include "core/device/device_errors.h"
#include "core/device/torch_target.h"
#include "core/device/vector_math.h"
#include "core/model/chunk_length.h"
#include "core/model/kv_layers.h"
#include "core/model/language_model_weights.h"
#include "core/model/prompt_reading.h"
#include "core/model/rotary.h"
#include "core/model/token_graph.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/weight_source.h"

namespace reelquery {

LanguageModel::LanguageModel(const ModelConfig& config, const WeightSource& weights, KvChoice kv) {
    const c10::InferenceMode inference;
    const TextConfig& text = config.text;
    auto loaded = std::make_shared<Weights>();
    loaded->config = text;
    loaded->ids = config.ids;
    loaded->target = weights.target();
    const bool hasHead = weights.has(kHeadWeight);
    loaded->isEmbeddingOnHost = hasHead && loaded->target.cudaDevice >= 0;
    loaded->embedding =
        loaded->isEmbeddingOnHost
            ? weights.hostTable(kEmbeddingModule, text.vocabSize, text.hiddenSize)
            : weights.linear(kEmbeddingModule, text.vocabSize, text.hiddenSize, false);
    for (std::int64_t i = 0; i < text.layers; ++i) loaded->layers.emplace_back(text, i, weights);
    if (kv == KvChoice::kInt8) loaded->narrowKv = narrowKvLayers(text, weights);
    loaded->finalNorm = checkedTensor(weights, "model.norm.weight", {text.hiddenSize});
    loaded->head = hasHead ? weights.linear(kHeadModule, text.vocabSize, text.hiddenSize, false)
                           : loaded->embedding;
    weights_ = std::move(loaded);
}

LanguageModel::~LanguageModel() = default;

KvCache LanguageModel::makeCache(std::int64_t capacity) const {
    return KvCache(weights_->config, weights_->target, capacity, weights_->narrowKv);
}

DecodeSession LanguageModel::makeSession(std::int64_t capacity) const {
    return DecodeSession(makeCache(capacity));
}

at::Tensor LanguageModel::prefill(const PrefillRequest& request, KvCache& cache,
                                  const AttentionBackend& backend, PrefillReport& report) const {
    const auto isPad = [&](TokenId id) { return weights_->isPad(id); };
    const VisionFeatures& features = request.visionFeatures;
    const std::int64_t rows = features.rows.defined() ? features.rows.size(0) : 0;
    ENSURE(std::count_if(request.ids.begin(), request.ids.end(), isPad) == rows,
           "one feature row for each pad");
    for (const at::Tensor& deep : features.deep) {
        ENSURE(deep.size(0) == rows, "further features belong to the same pads");
    }
    const auto total = static_cast<std::int64_t>(request.ids.size());
    ENSURE(cache.size() < (request.prefixOnly ? std::min(request.prefixTokens, total) : total),
           "there is something to read");
    PromptReading reading(*this, request, cache, backend);
    return reading.finish(report);
}

void LanguageModel::prepare(DecodeSession& session) const {
    const KvCache& cache = session.cache_;
    if (!weights_->hasTokenGraphs()) return;
    if (session.graph_ && session.graphMoves_ == cache.moves()) return;
    session.graph_.reset();
    const c10::InferenceMode inference;
    TokenStepAttention::Sides sides;  // keys and values of each layer
    for (std::int64_t layer = 0; layer < weights_->config.layers; ++layer) {
        if (cache.isNarrow(layer)) {
            const NarrowRows keys = cache.narrowKeys(layer, cache.capacity()),
                             values = cache.narrowValues(layer, cache.capacity());
            sides.push_back({keys.values, values.values, keys.scales, values.scales});
        } else {
            sides.push_back({cache.keys(layer, cache.capacity()),
                             cache.values(layer, cache.capacity()),
                             {},
                             {}});
        }
    }
    const at::Tensor frequency =
        rotaryFrequencies(weights_->config).to(deviceOf(weights_->target));  // [D/2]
    const auto step = [weights = weights_, sides = std::move(sides),
                       frequency](const TokenState& state) {
        const c10::InferenceMode insideStep;
        at::Tensor x =  // [1, H]
            state.row.defined() ? state.row.clone() : weights->embedding.rows(state.id);
        const at::Tensor angles = frequency * state.position.to(at::kFloat);
        const auto [cos, sin] = cosSinOf(angles);
        const TokenStepAttention attention(weights->config, sides, cos, sin, state.held);
        weights->runLayers(x, {attention, {}, nullptr}, {}, {}, [](std::int64_t) {});
        return weights->logitsOnDevice(x);
    };
    try {
        at::Tensor row;
        if (weights_->isEmbeddingOnHost) {
            row = at::zeros({1, weights_->config.hiddenSize},
                            at::TensorOptions()
                                .dtype(typeOf(weights_->target))
                                .device(deviceOf(weights_->target)));
        }
        session.graph_ =
            std::make_unique<TokenGraph>(weights_->target.cudaDevice, weights_->head.outputs(),
                                         std::move(row), step, session.mayCapture_);
    } catch (...) {
        rethrowDeviceError(weights_->target.cudaDevice, "getting ready to write the answer");
    }
    session.graphMoves_ = cache.moves();
}

at::Tensor LanguageModel::decode(TokenId id, std::int64_t position, DecodeSession& session,
                                 const CancelToken& cancel) const {
    const c10::InferenceMode inference;
    KvCache& cache = session.cache_;
    ENSURE(cache.size() < cache.capacity(), "the caller reserved room");
    const ComputeTarget& target = weights_->target;
    try {
        throwIfCancelled(cancel);
        prepare(session);
        if (session.graph_) {
            const at::Tensor row =
                weights_->isEmbeddingOnHost ? weights_->embeddingRows({&id, 1}) : at::Tensor();
            at::Tensor logits = session.graph_->run(id, position, cache.size(), row);
            cache.advance(1);
            return logits;
        }
        MropePositions positions;
        for (auto& axis : positions.axes) axis = {static_cast<std::int32_t>(position)};
        at::Tensor x = weights_->embed({&id, 1});  // [1, H]
        at::Tensor cos, sin;
        rotaryTables(positions, 0, 1, weights_->config, target, cos, sin);
        const CacheAttention attention(weights_->config, cache, cos, sin, cancel);
        weights_->runLayers(x, {attention, cancel, nullptr}, {}, {}, [](std::int64_t) {});
        cache.advance(1);
        return weights_->logits(x);
    } catch (...) {
        rethrowDeviceError(target.cudaDevice, "writing the answer");
    }
}

std::int64_t LanguageModel::defaultChunk() const {
    return chunkLength(weights_->config, weights_->target);
}

}  // namespace reelquery
