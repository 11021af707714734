#pragma once
// Attention with torch's own operations: where our kernels do not serve, and as the outside
// baseline of benchmarks and checks.

#include <cstdint>

#include "core/attention/attention_backend.h"
#include "kernels/attention_params.h"

namespace reelquery {

/// Bytes that one slice of sdpaAttention() may take; a slice is one query where that takes more.
inline constexpr std::int64_t kSdpaSliceBytes = std::int64_t{256} << 20;

/// softmax(scale * q k^T) v over every key that a query sees, for any head dimension and device
/// that torch serves; computed in float32.
///
/// Note [Why not at::scaled_dot_product_attention]
/// With float32 on a card, and with bf16 and a mask, torch takes its MATH kernel, which holds the
/// scores of all heads and queries at once: [Hq, Lq, Lk] floats more than twice, 15 GB each for a
/// chunk of 4096 over 32K keys. Its flash kernel knows top-left causality only, its
/// memory-efficient one no groups of heads. So the scores are made here: for one key/value head and
/// as many queries at a time as a slice holds, and only of the keys that those queries see. The
/// query heads that share a key/value head are rows of one product; keys and values are never
/// repeated.
///
/// Returns [Lq, Hq*D] contiguous, of q's type and device. sliceBytes: for tests. Polls call.stop
/// per slice. Errors: Error{kInternal} for calls that break AttentionCall's contract;
/// c10::OutOfMemoryError.
at::Tensor sdpaAttention(const AttentionCall& call, std::int64_t sliceBytes = kSdpaSliceBytes);

/// The most memory that sdpaAttention() holds at once for a call of this shape, beside inputs and
/// output: a slice and, for bf16, one key/value head in float32.
std::int64_t sdpaScratchBytes(const kernels::AttentionShape& shape,
                              std::int64_t sliceBytes = kSdpaSliceBytes);

/// The call through at::scaled_dot_product_attention, whose is_causal is aligned top-left: an
/// explicit mask gives bottom-right causality where Lq differs from Lk. A baseline: its memory is
/// whatever torch takes. Returns [Lq, Hq*D] contiguous. Does not poll call.stop.
at::Tensor torchSdpa(const AttentionCall& call);

/// torch's implementations on a GPU.
enum class SdpaKind { kFlash, kCudnn };

/// While it lives torch uses this implementation only, or throws where it does not serve a call.
/// The choice is the process's: one at a time, no attention on other threads.
class SdpaChoice {
  public:
    explicit SdpaChoice(SdpaKind kind);
    SdpaChoice(const SdpaChoice&) = delete;
    SdpaChoice& operator=(const SdpaChoice&) = delete;
    ~SdpaChoice();
};

}  // namespace reelquery
