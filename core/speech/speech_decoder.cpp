#include "core/speech/speech_decoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/device/torch_target.h"
#include "core/device/vector_math.h"
#include "core/speech/speech_attention.h"
#include "core/speech/speech_weights.h"

namespace reelquery {

namespace {

/// Rows of a vocabulary that are made at once: a large model's are 4 GFLOP and 6 MB.
constexpr std::int64_t kLogitRows = 32;

struct DecoderLayer {
    SpeechNorm selfNorm, crossNorm, mlpNorm;
    SpeechAttention self, cross;
    SpeechMlp mlp;

    DecoderLayer(const SpeechConfig& config, const SpeechWeights& weights, const std::string& name)
        : selfNorm(weights.norm(name + ".self_attn_layer_norm", config.width)),
          crossNorm(weights.norm(name + ".encoder_attn_layer_norm", config.width)),
          mlpNorm(weights.norm(name + ".final_layer_norm", config.width)),
          self(weights, name + ".self_attn", config.width, config.decoderHeads),
          cross(weights, name + ".encoder_attn", config.width, config.decoderHeads),
          mlp(weights, name, config.width, config.decoderInner) {}
};

at::Tensor idTensor(const std::vector<std::vector<TokenId>>& tokens, at::Device device) {
    const auto rows = static_cast<std::int64_t>(tokens.size());
    const auto length = static_cast<std::int64_t>(tokens.front().size());
    at::Tensor ids = at::empty({rows, length}, at::kLong);
    std::int64_t* out = ids.data_ptr<std::int64_t>();
    for (const auto& row : tokens) {
        ENSURE(static_cast<std::int64_t>(row.size()) == length, "rows of one length");
        for (const TokenId id : row) *out++ = id;
    }
    return ids.to(device);
}

}  // namespace

SpeechCache::SpeechCache() = default;
SpeechCache::SpeechCache(SpeechCache&&) noexcept = default;
SpeechCache& SpeechCache::operator=(SpeechCache&&) noexcept = default;
SpeechCache::~SpeechCache() = default;

std::int64_t SpeechCache::windows() const {
    return heard_.empty() ? 0 : heard_.front().keys.size(0);
}

SpeechCache SpeechCache::select(const std::vector<std::int64_t>& windows) const {
    const c10::InferenceMode inference;
    SpeechCache chosen;
    chosen.tokens_ = tokens_;
    const std::int64_t all = this->windows();
    bool isAll = static_cast<std::int64_t>(windows.size()) == all;
    for (std::int64_t i = 0; isAll && i < all; ++i) isAll = windows[i] == i;
    const at::Tensor rows = at::tensor(windows, at::kLong).to(heard_.front().keys.device());
    const auto take = [&](const KeysValues& layer) {
        return KeysValues{layer.keys.index_select(0, rows), layer.values.index_select(0, rows)};
    };
    for (const KeysValues& layer : heard_) chosen.heard_.push_back(isAll ? layer : take(layer));
    for (const KeysValues& layer : said_) chosen.said_.push_back(take(layer));
    return chosen;
}

struct SpeechDecoder::Weights {
    SpeechConfig config;
    ComputeTarget target;
    at::Tensor embedding;  // [V, d]
    at::Tensor head;       // [V, d], the same where they are tied
    at::Tensor positions;  // [448, d]
    std::vector<DecoderLayer> layers;
    SpeechNorm norm;

    Weights(const SpeechConfig& config_, const SpeechWeights& weights)
        : config(config_),
          target(weights.target()),
          embedding(weights.take("decoder.embed_tokens.weight", {config.vocabSize, config.width})),
          head(embedding),
          positions(weights.take("decoder.embed_positions.weight", {kLongestTokens, config.width})),
          norm(weights.norm("decoder.layer_norm", config.width)) {
        for (std::int64_t i = 0; i < config.decoderLayers; ++i) {
            layers.emplace_back(config, weights, "decoder.layers." + std::to_string(i));
        }
        if (!config.isTied && weights.has("proj_out.weight")) {
            head = weights.take("proj_out.weight", {config.vocabSize, config.width});
        }
    }

    at::Tensor embed(const std::vector<std::vector<TokenId>>& tokens, std::int64_t first) const {
        const at::Tensor ids = idTensor(tokens, embedding.device());
        return at::embedding(embedding, ids) + positions.narrow(0, first, ids.size(1));
    }

    at::Tensor logits(const at::Tensor& x) const {
        return at::linear(norm(x), head).to(at::kFloat);
    }
};

SpeechDecoder::SpeechDecoder(const SpeechConfig& config, const SpeechWeights& weights)
    : weights_(std::make_unique<const Weights>(config, weights)) {
    prepareVectorMath();
}

SpeechDecoder::~SpeechDecoder() = default;

SpeechCache SpeechDecoder::hear(const at::Tensor& states, const CancelToken& cancel) const {
    const c10::InferenceMode inference;
    SpeechCache cache;
    for (const DecoderLayer& layer : weights_->layers) {
        throwIfCancelled(cancel);
        const KeysValues heard = layer.cross.keysValues(states);
        cache.heard_.push_back({heard.keys.contiguous(), heard.values.contiguous()});
        at::DimVector shape(heard.keys.sizes().begin(), heard.keys.sizes().end());
        shape[2] = kLongestTokens;
        cache.said_.push_back(
            {at::empty(shape, states.options()), at::empty(shape, states.options())});
    }
    return cache;
}

at::Tensor SpeechDecoder::step(SpeechCache& cache, const std::vector<std::vector<TokenId>>& tokens,
                               std::int64_t logitsFrom, const CancelToken& cancel,
                               const SpeechHook& hook) const {
    const c10::InferenceMode inference;
    const auto n = static_cast<std::int64_t>(tokens.front().size());
    const std::int64_t first = cache.tokens_;
    ENSURE(first + n <= kLongestTokens && (n == 1 || first == 0), "tokens that fit");
    const auto tell = [&](const std::string& stage, const at::Tensor& value) {
        if (hook) hook("decoder." + stage, value);
    };
    at::Tensor x = weights_->embed(tokens, first);
    for (std::size_t i = 0; i < weights_->layers.size(); ++i) {
        throwIfCancelled(cancel);
        const DecoderLayer& layer = weights_->layers[i];
        const std::string name = "layer_" + std::to_string(i);
        at::Tensor normed = layer.selfNorm(x);
        const KeysValues fresh = layer.self.keysValues(normed);
        const KeysValues& said = cache.said_[i];
        said.keys.narrow(2, first, n).copy_(fresh.keys);
        said.values.narrow(2, first, n).copy_(fresh.values);
        const KeysValues all{said.keys.narrow(2, 0, first + n),
                             said.values.narrow(2, 0, first + n)};
        at::Tensor mixed =
            layer.self.attend(layer.self.queries(normed), all, /*causal=*/n > 1, cancel);
        if (i == 0) tell(name + ".self_attn", mixed);
        x = x + mixed;
        normed = layer.crossNorm(x);
        mixed = layer.cross.attend(layer.cross.queries(normed), cache.heard_[i], /*causal=*/false,
                                   cancel);
        if (i == 0) tell(name + ".cross_attn", mixed);
        x = x + mixed;
        x = x + layer.mlp(layer.mlpNorm(x), cancel);
        tell(name, x);
    }
    cache.tokens_ = first + n;
    if (hook) tell("final_norm", weights_->norm(x));
    return weights_->logits(x.narrow(1, logitsFrom, n - logitsFrom));
}

SpeechDecoder::Looking SpeechDecoder::lookAt(const SpeechCache& cache, std::int64_t window,
                                             const std::vector<TokenId>& tokens,
                                             std::int64_t places, const CancelToken& cancel) const {
    const c10::InferenceMode inference;
    at::Tensor x = weights_->embed({tokens}, 0);
    const std::vector<AttentionHead>& heads = weights_->config.alignmentHeads;
    std::vector<at::Tensor> looks(heads.size());
    for (std::size_t i = 0; i < weights_->layers.size(); ++i) {
        throwIfCancelled(cancel);
        const DecoderLayer& layer = weights_->layers[i];
        at::Tensor normed = layer.selfNorm(x);
        x = x + layer.self.attend(layer.self.queries(normed), layer.self.keysValues(normed),
                                  /*causal=*/true, cancel);
        normed = layer.crossNorm(x);
        const at::Tensor queries = layer.cross.queries(normed);
        const KeysValues heard{cache.heard_[i].keys.narrow(0, window, 1),
                               cache.heard_[i].values.narrow(0, window, 1)};
        for (std::size_t k = 0; k < heads.size(); ++k) {
            if (heads[k].layer != static_cast<int>(i)) continue;
            const at::Tensor q = queries[0][heads[k].head].to(at::kFloat);
            const at::Tensor keys =
                heard.keys[0][heads[k].head].narrow(0, 0, places).to(at::kFloat);
            const double scale = 1 / std::sqrt(static_cast<double>(q.size(1)));
            looks[k] = at::softmax(at::matmul(q * scale, keys.t()), -1);
        }
        x = x + layer.cross.attend(queries, heard, /*causal=*/false, cancel);
        x = x + layer.mlp(layer.mlpNorm(x), cancel);
    }
    return {at::stack(looks), x[0]};
}

std::vector<double> SpeechDecoder::probabilities(const at::Tensor& states,
                                                 const std::vector<TokenId>& tokens, TokenId end,
                                                 const CancelToken& cancel) const {
    const c10::InferenceMode inference;
    const auto n = static_cast<std::int64_t>(tokens.size());
    ENSURE(states.size(0) == n, "a row of states for each token");
    const at::Tensor wanted = idTensor({tokens}, states.device()).reshape({n, 1});
    const at::Tensor normed = weights_->norm(states);
    const at::Tensor head = weights_->head.narrow(0, 0, end);
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < n; first += kLogitRows) {
        throwIfCancelled(cancel);
        const std::int64_t count = std::min(kLogitRows, n - first);
        const at::Tensor logits = at::linear(normed.narrow(0, first, count), head).to(at::kFloat);
        parts.push_back((logits.gather(1, wanted.narrow(0, first, count)).squeeze(1) -
                         at::logsumexp(logits, at::IntArrayRef{1}))
                            .exp());
    }
    const at::Tensor all = at::cat(parts).to(at::kCPU, at::kDouble);
    return {all.data_ptr<double>(), all.data_ptr<double>() + n};
}

}  // namespace reelquery
