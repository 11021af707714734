#include "core/speech/speech_attention.h"

#include <algorithm>
#include <vector>

namespace reelquery {

namespace {

/// A tenth of a second of two slow cores.
constexpr std::int64_t kFlopAtOnce = 4'000'000'000;

}  // namespace

SpeechAttention::SpeechAttention(const SpeechWeights& weights, const std::string& name,
                                 std::int64_t width, std::int64_t heads)
    : q_(weights.linear(name + ".q_proj", width, width)),
      k_(weights.linear(name + ".k_proj", width, width, /*hasBias=*/false)),
      v_(weights.linear(name + ".v_proj", width, width)),
      out_(weights.linear(name + ".out_proj", width, width)),
      heads_(heads) {}

at::Tensor SpeechAttention::split(const at::Tensor& x) const {
    return x.view({x.size(0), x.size(1), heads_, x.size(2) / heads_}).transpose(1, 2);
}

at::Tensor SpeechAttention::attend(const at::Tensor& queries, const KeysValues& context,
                                   bool causal, const CancelToken& cancel) const {
    throwIfCancelled(cancel);
    const at::Tensor mixed = at::scaled_dot_product_attention(queries, context.keys, context.values,
                                                              std::nullopt, 0.0, causal);
    throwIfCancelled(cancel);
    const std::int64_t batch = mixed.size(0), n = mixed.size(2);
    return out_(mixed.transpose(1, 2).reshape({batch, n, -1}));
}

SpeechMlp::SpeechMlp(const SpeechWeights& weights, const std::string& name, std::int64_t width,
                     std::int64_t inner)
    : first_(weights.linear(name + ".fc1", inner, width)),
      second_(weights.linear(name + ".fc2", width, inner)) {}

at::Tensor SpeechMlp::operator()(const at::Tensor& x, const CancelToken& cancel) const {
    const std::int64_t all = x.size(1);
    const std::int64_t rowFlop = 4 * x.size(0) * first_.weight.numel();
    const std::int64_t rows =
        x.is_cpu() ? std::clamp<std::int64_t>(kFlopAtOnce / rowFlop, 1, all) : all;
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < all; first += rows) {
        throwIfCancelled(cancel);
        at::Tensor inner = first_(x.narrow(1, first, std::min(rows, all - first)));
        at::gelu_(inner);
        throwIfCancelled(cancel);
        parts.push_back(second_(inner));
    }
    return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

}  // namespace reelquery
