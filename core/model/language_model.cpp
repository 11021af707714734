#include "core/model/language_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/attention/attention_recorder.h"
#include "core/attention/prompt_density.h"
#include "core/attention/token_attention.h"
#include "core/base/error.h"
#include "core/device/card_pace.h"
#include "core/device/cuda_memory.h"
#include "core/device/torch_target.h"
#include "core/model/decoder_layer.h"
#include "core/model/rotary.h"
#include "core/model/token_graph.h"
#include "core/spec/weight_shapes.h"

namespace reelquery {

namespace {

// Rows of a chunk stay a multiple of the attention block, so that chunks cut no block in two.
constexpr std::int64_t kBlock = 128;
// On the CPU 1024 rows reach the full matrix rate and 2048 lose some of it again (bf16, Zen 5); a
// GPU wants more rows at a time.
constexpr std::int64_t kLongestChunkCpu = 1024;
constexpr std::int64_t kLongestChunkCuda = 4096;
// Work of one matrix product between two looks at the stop flag: about a quarter of a second on
// two cores.
constexpr double kFlopBetweenPolls32 = 40e9;
constexpr double kFlopBetweenPolls16 = 100e9;

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

/// What the layers start from.
struct ChunkInputs {
    at::Tensor x;         // [n, H]
    at::Tensor cos, sin;  // [n, D/2]
};

}  // namespace

struct LanguageModel::Weights {
    TextConfig config;
    SpecialIds ids;
    ComputeTarget target;
    at::Tensor embedding;  // [V, H]
    at::Tensor head;       // [V, H]; may be the embedding
    at::Tensor finalNorm;  // [H]
    std::vector<DecoderLayer> layers;

    bool isPad(TokenId id) const { return id == ids.videoPad || id == ids.imagePad; }

    at::Tensor embed(std::span<const TokenId> tokens) const {
        const auto n = static_cast<std::int64_t>(tokens.size());
        at::Tensor index = at::empty({n}, hostOptions(target).dtype(at::kLong));
        std::copy(tokens.begin(), tokens.end(), index.data_ptr<std::int64_t>());
        return at::embedding(embedding, index.to(embedding.device(), true));
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
                inputs.x.narrow(0, i, end - i)
                    .copy_(request.visionFeatures.narrow(0, row, end - i));
                row += end - i;
            }
            i = end + 1;
        }
        rotaryTables(request.positions, begin, begin + n, config, target, inputs.cos, inputs.sin);
        return inputs;
    }

    /// Logits [V] of the last row of x [n, H], float32.
    at::Tensor logitsOnDevice(const at::Tensor& x) const {
        const at::Tensor last =
            rmsNorm(x.narrow(0, x.size(0) - 1, 1), finalNorm, config.rmsNormEps);
        return at::linear(last, head).squeeze(0).to(at::kFloat);
    }

    at::Tensor logits(const at::Tensor& x) const { return logitsOnDevice(x).to(at::kCPU); }
};

LanguageModel::LanguageModel(const ModelConfig& config, const ComputeTarget& target,
                             const WeightLookup& weights, bool hasHead) {
    const c10::InferenceMode inference;
    auto loaded = std::make_unique<Weights>();
    loaded->config = config.text;
    loaded->ids = config.ids;
    loaded->target = target;
    loaded->embedding = weights("model.embed_tokens.weight");
    for (std::int64_t i = 0; i < config.text.layers; ++i) {
        loaded->layers.emplace_back(config.text, i, weights);
    }
    loaded->finalNorm = weights("model.norm.weight");
    loaded->head = hasHead ? weights(kHeadWeight) : loaded->embedding;
    weights_ = std::move(loaded);
}

LanguageModel::~LanguageModel() = default;

KvCache LanguageModel::makeCache(std::int64_t capacity) const {
    return KvCache(weights_->config, weights_->target, capacity);
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
    const std::int64_t rows = request.visionFeatures.defined() ? request.visionFeatures.size(0) : 0;
    ENSURE(std::count_if(ids.begin(), ids.end(), isPad) == rows, "one feature row for each pad");
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
            auto [x, cos, sin] = std::move(next);
            // A run that finds the prefix kept knows nothing of how it was read.
            if (begin == request.prefixTokens) density.forget();
            if (request.hook) {
                request.hook("lm.inputs_embeds", x);
                request.hook("lm.rope_cos", at::cat({cos, cos}, 1));
                request.hook("lm.rope_sin", at::cat({sin, sin}, 1));
            }
            const LayerStep step{cos,      sin,   cache,          &backend,    &recorder,
                                 &density, total, request.cancel, request.hook};
            const auto layers = static_cast<std::int64_t>(weights_->layers.size());
            for (std::int64_t i = 0; i < layers; ++i) {
                weights_->layers[static_cast<std::size_t>(i)].run(x, step);
                pace.endLayer();
                if (request.progress) request.progress(begin + n * (i + 1) / layers, total);
            }
            cache.advance(n);
            // Before waiting, so that a card finds the next chunk's when it is done with this one.
            if (end < total) next = weights_->chunkInputs(request, end, lengthAt(end), row);
            if (weights_->target.cudaDevice >= 0) {
                cudaFinish(weights_->target.cudaDevice);
                recorder.settle();
            }
            if (request.hook) {
                request.hook("lm.final_norm",
                             rmsNorm(x, weights_->finalNorm, weights_->config.rmsNormEps));
            }
            if (end == total) logits = weights_->logits(x);
            begin = end;
        }
    } catch (const c10::OutOfMemoryError&) {
        throw cudaOutOfMemory(weights_->target.cudaDevice, "reading the prompt");
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

at::Tensor LanguageModel::decode(TokenId id, std::int64_t position, KvCache& cache,
                                 const CancelToken& cancel) const {
    const c10::InferenceMode inference;
    ENSURE(cache.size() < cache.capacity(), "the caller reserved room");
    const ComputeTarget& target = weights_->target;
    try {
        if (target.cudaDevice >= 0 &&
            whyNoTokenAttention(target.bfloat16, weights_->config.headDim).empty()) {
            throwIfCancelled(cancel);
            at::Tensor logits = tokenGraph(cache).run(id, position, cache.size());
            cache.advance(1);
            return logits;
        }
        MropePositions positions;
        for (auto& axis : positions.axes) axis = {static_cast<std::int32_t>(position)};
        at::Tensor x = weights_->embed({&id, 1});  // [1, H]
        at::Tensor cos, sin;
        rotaryTables(positions, 0, 1, weights_->config, target, cos, sin);
        const StageHook noHook;
        const LayerStep step{cos, sin, cache, nullptr, nullptr, nullptr, 0, cancel, noHook};
        for (const DecoderLayer& layer : weights_->layers) layer.run(x, step);
        cache.advance(1);
        return weights_->logits(x);
    } catch (const c10::OutOfMemoryError&) {
        throw cudaOutOfMemory(target.cudaDevice, "writing the answer");
    }
}

TokenGraph& LanguageModel::tokenGraph(KvCache& cache) const {
    std::shared_ptr<TokenGraph>& graph = cache.tokenGraph();
    if (graph) return *graph;
    const Weights& weights = *weights_;
    std::vector<std::pair<at::Tensor, at::Tensor>> sides;  // keys and values of each layer
    for (std::size_t i = 0; i < weights.layers.size(); ++i) {
        const auto layer = static_cast<std::int64_t>(i);
        sides.emplace_back(cache.keys(layer, cache.capacity()),
                           cache.values(layer, cache.capacity()));
    }
    const at::Tensor frequency =
        rotaryFrequencies(weights.config).to(weights.embedding.device());  // [D/2]
    const auto step = [&weights, sides = std::move(sides), frequency](const TokenState& state) {
        const c10::InferenceMode inference;
        at::Tensor x = at::embedding(weights.embedding, state.id);  // [1, H]
        const at::Tensor angles = frequency * state.position.to(at::kFloat);
        const at::Tensor cos = angles.cos(), sin = angles.sin();
        at::Tensor pending;
        for (std::size_t i = 0; i < weights.layers.size(); ++i) {
            const auto& [keys, values] = sides[i];
            pending = weights.layers[i].runToken(x, pending, {cos, sin, keys, values, state.held});
        }
        x.add_(pending);
        return weights.logitsOnDevice(x);
    };
    graph = std::make_shared<TokenGraph>(weights.target.cudaDevice, weights.head.size(0), step,
                                         cache.mayCapture());
    return *graph;
}

std::int64_t LanguageModel::defaultChunk() const {
    const TextConfig& config = weights_->config;
    if (weights_->target.cudaDevice >= 0) return kLongestChunkCuda;
    const double flop = weights_->target.bfloat16 ? kFlopBetweenPolls16 : kFlopBetweenPolls32;
    const double perToken = 2.0 * static_cast<double>(config.intermediateSize * config.hiddenSize);
    const auto fitting = static_cast<std::int64_t>(flop / perToken) / kBlock * kBlock;
    return std::clamp(fitting, kBlock, kLongestChunkCpu);
}

}  // namespace reelquery
