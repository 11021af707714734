#include "core/speech/speech_encoder.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "core/device/torch_target.h"
#include "core/device/vector_math.h"
#include "core/speech/speech_attention.h"
#include "core/speech/speech_config.h"
#include "core/speech/speech_weights.h"

namespace reelquery {

namespace {

struct Convolution {
    at::Tensor weight, bias;  // [outputs, inputs, 3], [outputs]

    Convolution(const SpeechWeights& weights, const std::string& name, std::int64_t outputs,
                std::int64_t inputs)
        : weight(weights.take(name + ".weight", {outputs, inputs, 3})),
          bias(weights.take(name + ".bias", {outputs})) {}

    at::Tensor operator()(const at::Tensor& x, std::int64_t stride) const {
        return at::conv1d(x, weight, bias, stride, /*padding=*/1);
    }
};

struct EncoderLayer {
    SpeechNorm attentionNorm, mlpNorm;
    SpeechAttention attention;
    SpeechMlp mlp;

    EncoderLayer(const SpeechConfig& config, const SpeechWeights& weights, const std::string& name)
        : attentionNorm(weights.norm(name + ".self_attn_layer_norm", config.width)),
          mlpNorm(weights.norm(name + ".final_layer_norm", config.width)),
          attention(weights, name + ".self_attn", config.width, config.encoderHeads),
          mlp(weights, name, config.width, config.encoderInner) {}
};

/// The sines and cosines that a file may leave out: [1500, d].
at::Tensor sinusoids(std::int64_t width) {
    const auto doubles = at::TensorOptions().dtype(at::kDouble);
    const double step = std::log(10000.0) / static_cast<double>(width / 2 - 1);
    const at::Tensor frequency = at::exp(at::arange(width / 2, doubles) * -step);
    const at::Tensor angle = at::arange(kWindowPlaces, doubles).unsqueeze(1) * frequency;
    const CosSin table = cosSinOf(angle);
    return at::cat({table.sin, table.cos}, 1);
}

at::Tensor positionsOf(const SpeechConfig& config, const SpeechWeights& weights) {
    const std::string name = "encoder.embed_positions.weight";
    if (weights.has(name)) return weights.take(name, {kWindowPlaces, config.width});
    return sinusoids(config.width).to(deviceOf(weights.target()), typeOf(weights.target()));
}

}  // namespace

struct SpeechEncoder::Weights {
    Convolution first, second;
    at::Tensor positions;  // [1500, d]
    std::vector<EncoderLayer> layers;
    SpeechNorm norm;

    Weights(const SpeechConfig& config, const SpeechWeights& weights)
        : first(weights, "encoder.conv1", config.width, config.melBins),
          second(weights, "encoder.conv2", config.width, config.width),
          positions(positionsOf(config, weights)),
          norm(weights.norm("encoder.layer_norm", config.width)) {
        for (std::int64_t i = 0; i < config.encoderLayers; ++i) {
            layers.emplace_back(config, weights, "encoder.layers." + std::to_string(i));
        }
    }
};

SpeechEncoder::SpeechEncoder(const SpeechConfig& config, const SpeechWeights& weights)
    : weights_(std::make_unique<const Weights>(config, weights)) {}

SpeechEncoder::~SpeechEncoder() = default;

at::Tensor SpeechEncoder::run(const at::Tensor& mel, const CancelToken& cancel,
                              const SpeechHook& hook) const {
    const c10::InferenceMode inference;
    const auto tell = [&](const std::string& stage, const at::Tensor& value) {
        if (hook) hook(stage, value);
    };
    throwIfCancelled(cancel);
    at::Tensor x = weights_->first(mel.to(weights_->positions.scalar_type()), 1);
    tell("encoder.conv1", x);
    throwIfCancelled(cancel);
    x = weights_->second(at::gelu(x), 2);
    tell("encoder.conv2", x);
    x = (at::gelu(x).transpose(1, 2) + weights_->positions).contiguous();
    for (std::size_t i = 0; i < weights_->layers.size(); ++i) {
        const EncoderLayer& layer = weights_->layers[i];
        throwIfCancelled(cancel);
        const at::Tensor normed = layer.attentionNorm(x);
        const KeysValues context = layer.attention.keysValues(normed);
        const at::Tensor mixed = layer.attention.attend(layer.attention.queries(normed), context,
                                                        /*causal=*/false, cancel);
        if (i == 0) tell("encoder.layer_0.attn", mixed);
        x.add_(mixed);
        throwIfCancelled(cancel);
        x.add_(layer.mlp(layer.mlpNorm(x), cancel));
        tell("encoder.layer_" + std::to_string(i), x);
    }
    return weights_->norm(x);
}

}  // namespace reelquery
