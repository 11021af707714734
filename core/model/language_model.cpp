#include "core/model/language_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/attention/attention_recorder.h"
#include "core/attention/prompt_density.h"
#include "core/attention/token_attention.h"
#include "core/base/error.h"
#include "core/device/card_pace.h"
#include "core/device/cuda_memory.h"
#include "core/device/device_errors.h"
#include "core/device/torch_target.h"
#include "core/model/chunk_length.h"
#include "core/model/decoder_layer.h"
#include "core/model/kv_layers.h"
#include "core/model/rotary.h"
#include "core/model/token_graph.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/weight_source.h"

namespace reelquery {

namespace {

/// Cuts the cache back to where it was unless the step succeeded.
class CacheGuard {
  public:
    explicit CacheGuard(KvCache& cache) : cache_(cache), size_(cache.size()) {}

    CacheGuard(const CacheGuard&) = delete;
    CacheGuard& operator=(const CacheGuard&) = delete;

    ~CacheGuard() {
        if (!isKept_) cache_.truncate(size_);
    }

    void keep() { isKept_ = true; }

  private:
    KvCache& cache_;
    std::int64_t size_;
    bool isKept_ = false;
};

/// Pads that stand together in a chunk.
struct PadRun {
    std::int64_t begin = 0, count = 0;  // tokens of the chunk
    std::int64_t row = 0;               // of the first one's features
};

/// What the layers start from.
struct ChunkInputs {
    at::Tensor x;         // [n, H]
    at::Tensor cos, sin;  // [n, D/2]
    std::vector<PadRun> pads;
};

void tell(StageObserver* observer, const std::string& stage, const at::Tensor& value) {
    if (observer) observer->see(stage, value);
}

}  // namespace

struct LanguageModel::Weights {
    TextConfig config;
    SpecialIds ids;
    ComputeTarget target;
    Linear embedding;      // H -> V; its rows are the tokens'
    Linear head;           // H -> V; may be the embedding
    at::Tensor finalNorm;  // [H]
    std::vector<DecoderLayer> layers;
    std::vector<bool> narrowKv;  // layers whose keys and values take 8 bits; empty: none

    bool isPad(TokenId id) const { return id == ids.videoPad || id == ids.imagePad; }

    bool hasTokenGraphs() const {
        return target.cudaDevice >= 0 &&
               whyNoTokenAttention(target.bfloat16, config.headDim).empty();
    }

    at::Tensor embed(std::span<const TokenId> tokens) const {
        const auto n = static_cast<std::int64_t>(tokens.size());
        at::Tensor index = at::empty({n}, hostOptions(target).dtype(at::kLong));
        std::copy(tokens.begin(), tokens.end(), index.data_ptr<std::int64_t>());
        return embedding.rows(index.to(deviceOf(target), true));
    }

    /// Of tokens [begin, begin + n). row: of the first pad's feature; moved behind the last one's.
    ChunkInputs chunkInputs(const PrefillRequest& request, std::int64_t begin, std::int64_t n,
                            std::int64_t& row) const {
        const auto tokens = request.ids.subspan(begin, n);
        ChunkInputs inputs;
        inputs.x = embed(tokens);
        for (std::int64_t i = 0; i < n;) {
            std::int64_t end = i;
            while (end < n && isPad(tokens[static_cast<std::size_t>(end)])) ++end;
            if (end > i) {
                inputs.pads.push_back({i, end - i, row});
                inputs.x.narrow(0, i, end - i)
                    .copy_(request.visionFeatures.rows.narrow(0, row, end - i));
                row += end - i;
            }
            i = end + 1;
        }
        rotaryTables(request.positions, begin, begin + n, config, target, inputs.cos, inputs.sin);
        return inputs;
    }

    /// x [n, H] through all layers, in place. layerDone(i): layer i was launched.
    template <class LayerDone>
    void runLayers(at::Tensor& x, const LayerStep& step, const VisionFeatures* features,
                   const std::vector<PadRun>& pads, const LayerDone& layerDone) const {
        at::Tensor pending;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            pending = layers[i].run(x, pending, step);
            const bool isDeep = features && i < features->deep.size();
            if (isDeep && (!pads.empty() || step.observer)) {
                if (pending.defined()) x.add_(pending);
                pending.reset();
                for (const PadRun& run : pads) {
                    x.narrow(0, run.begin, run.count)
                        .add_(features->deep[i].narrow(0, run.row, run.count));
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

LanguageModel::LanguageModel(const ModelConfig& config, const WeightSource& weights, KvChoice kv) {
    const c10::InferenceMode inference;
    const TextConfig& text = config.text;
    auto loaded = std::make_shared<Weights>();
    loaded->config = text;
    loaded->ids = config.ids;
    loaded->target = weights.target();
    loaded->embedding =
        weights.linear("model.embed_tokens", text.vocabSize, text.hiddenSize, false);
    for (std::int64_t i = 0; i < text.layers; ++i) loaded->layers.emplace_back(text, i, weights);
    if (kv == KvChoice::kInt8) {
        if (loaded->target.cudaDevice >= 0) {
            throw Error(ErrorCode::kUsage, "keys and values of 8 bits work on the processor only",
                        "leave --kv away, or add --device cpu");
        }
        loaded->narrowKv = narrowKvLayers(text, weights);
    }
    loaded->finalNorm = checkedTensor(weights, "model.norm.weight", {text.hiddenSize});
    loaded->head = weights.has(kHeadWeight)
                       ? weights.linear(kHeadModule, text.vocabSize, text.hiddenSize, false)
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
    const c10::InferenceMode inference;
    const auto start = std::chrono::steady_clock::now();
    const auto& ids = request.ids;
    const auto total = static_cast<std::int64_t>(ids.size());
    const std::int64_t reused = cache.size();
    ENSURE(reused < total && total <= cache.capacity(),
           "there is something to read and room for it");
    ENSURE(request.positions.size() == total, "every token has a position");
    const auto isPad = [&](TokenId id) { return weights_->isPad(id); };
    const VisionFeatures& features = request.visionFeatures;
    const std::int64_t rows = features.rows.defined() ? features.rows.size(0) : 0;
    ENSURE(std::count_if(ids.begin(), ids.end(), isPad) == rows, "one feature row for each pad");
    for (const at::Tensor& deep : features.deep) {
        ENSURE(deep.size(0) == rows, "further features belong to the same pads");
    }
    std::int64_t row = std::count_if(ids.begin(), ids.begin() + reused, isPad);

    CacheGuard guard(cache);
    CardPace pace(weights_->target.cudaDevice);
    const std::int64_t chunk = request.chunkTokens > 0 ? request.chunkTokens : defaultChunk();
    AttentionRecorder recorder;
    PromptDensity density;  // of this prompt; the automatic choice goes by it
    at::Tensor logits;
    try {
        const auto lengthAt = [&](std::int64_t begin) {
            const std::int64_t boundary =
                begin < request.prefixTokens ? std::min(request.prefixTokens, total) : total;
            return std::min(chunk, boundary - begin);
        };
        ChunkInputs next = weights_->chunkInputs(request, reused, lengthAt(reused), row);
        for (std::int64_t begin = reused; begin < total;) {
            const std::int64_t n = lengthAt(begin), end = begin + n;
            ChunkInputs chunkNow = std::move(next);
            auto& [x, cos, sin, pads] = chunkNow;
            // A run that finds the prefix kept knows nothing of how it was read.
            if (begin == request.prefixTokens) density.forget();
            tell(request.observer, "lm.inputs_embeds", x);
            if (request.observer) {
                request.observer->see("lm.rope_cos", at::cat({cos, cos}, 1));
                request.observer->see("lm.rope_sin", at::cat({sin, sin}, 1));
            }
            CacheAttention attention(weights_->config, cache, cos, sin, request.cancel);
            attention.readPromptWith(backend, recorder, density, total);
            const auto layers = static_cast<std::int64_t>(weights_->layers.size());
            weights_->runLayers(x, {attention, request.cancel, request.observer}, &features, pads,
                                [&](std::int64_t layer) {
                                    pace.endLayer();
                                    if (!request.progress) return;
                                    request.progress(begin + n * (layer + 1) / layers, total);
                                });
            cache.advance(n);
            // Before waiting, so that a card finds the next chunk's when it is done with this one.
            if (end < total) next = weights_->chunkInputs(request, end, lengthAt(end), row);
            if (weights_->target.cudaDevice >= 0) {
                cudaFinish(weights_->target.cudaDevice);
                recorder.settle();
            }
            if (request.observer) {
                request.observer->see("lm.final_norm",
                                      rmsNorm(x, weights_->finalNorm, weights_->config.rmsNormEps));
            }
            if (end == total) logits = weights_->logits(x);
            begin = end;
        }
    } catch (...) {
        rethrowDeviceError(weights_->target.cudaDevice, "reading the prompt");
    }
    guard.keep();
    report.attention = recorder.settle();
    report.tokens = total - reused;
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const LayerAttentionStats& call : report.attention.calls) {
        report.selectionS += call.selectionMs() * 1e-3;
        report.attentionS += (call.selectionMs() + call.attentionMs) * 1e-3;
    }
    return logits;
}

void LanguageModel::prepare(DecodeSession& session) const {
    const KvCache& cache = session.cache_;
    if (!weights_->hasTokenGraphs()) return;
    if (session.graph_ && session.graphMoves_ == cache.moves()) return;
    session.graph_.reset();
    const c10::InferenceMode inference;
    TokenStepAttention::Sides sides;  // keys and values of each layer
    for (std::int64_t layer = 0; layer < weights_->config.layers; ++layer) {
        sides.emplace_back(cache.keys(layer, cache.capacity()),
                           cache.values(layer, cache.capacity()));
    }
    const at::Tensor frequency =
        rotaryFrequencies(weights_->config).to(deviceOf(weights_->target));  // [D/2]
    const auto step = [weights = weights_, sides = std::move(sides),
                       frequency](const TokenState& state) {
        const c10::InferenceMode insideStep;
        at::Tensor x = weights->embedding.rows(state.id);  // [1, H]
        const at::Tensor angles = frequency * state.position.to(at::kFloat);
        const TokenStepAttention attention(weights->config, sides, angles.cos(), angles.sin(),
                                           state.held);
        weights->runLayers(x, {attention, {}, nullptr}, nullptr, {}, [](std::int64_t) {});
        return weights->logitsOnDevice(x);
    };
    try {
        session.graph_ = std::make_unique<TokenGraph>(
            weights_->target.cudaDevice, weights_->head.outputs(), step, session.mayCapture_);
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
            at::Tensor logits = session.graph_->run(id, position, cache.size());
            cache.advance(1);
            return logits;
        }
        MropePositions positions;
        for (auto& axis : positions.axes) axis = {static_cast<std::int32_t>(position)};
        at::Tensor x = weights_->embed({&id, 1});  // [1, H]
        at::Tensor cos, sin;
        rotaryTables(positions, 0, 1, weights_->config, target, cos, sin);
        const CacheAttention attention(weights_->config, cache, cos, sin, cancel);
        weights_->runLayers(x, {attention, cancel, nullptr}, nullptr, {}, [](std::int64_t) {});
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
