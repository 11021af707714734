#pragma once
// Multi-head attention as Whisper's layers use it. Internal to core/speech.
// B windows at a time, n queries, D = 64 values a head.

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "core/base/cancel.h"
#include "core/speech/speech_weights.h"

namespace reelquery {

/// Keys and values of one layer, [B, heads, places, D] each.
struct KeysValues {
    at::Tensor keys, values;
};

/// Immutable after construction.
class SpeechAttention {
  public:
    /// name: "encoder.layers.0.self_attn".
    SpeechAttention(const SpeechWeights& weights, const std::string& name, std::int64_t width,
                    std::int64_t heads);

    /// x [B, n, d] -> [B, heads, n, D].
    at::Tensor queries(const at::Tensor& x) const { return split(q_(x)); }

    KeysValues keysValues(const at::Tensor& x) const { return {split(k_(x)), split(v_(x))}; }

    /// Attention of queries [B, heads, n, D] and the output map: [B, n, d]. causal: a query sees
    /// the keys up to its own place; there are as many keys as queries then. Errors: kCancelled.
    at::Tensor attend(const at::Tensor& queries, const KeysValues& context, bool causal,
                      const CancelToken& cancel) const;

  private:
    at::Tensor split(const at::Tensor& x) const;

    SpeechLinear q_, k_, v_, out_;
    std::int64_t heads_;
};

/// The two maps behind an attention: fc2(gelu(fc1(x))), the GELU by the error function.
class SpeechMlp {
  public:
    /// name: "encoder.layers.0".
    SpeechMlp(const SpeechWeights& weights, const std::string& name, std::int64_t width,
              std::int64_t inner);

    /// x [B, n, d]. A processor takes so many rows at a time that a stop is seen soon, and that
    /// what lies between the maps stays near. Errors: kCancelled.
    at::Tensor operator()(const at::Tensor& x, const CancelToken& cancel) const;

  private:
    SpeechLinear first_, second_;
};

}  // namespace reelquery
