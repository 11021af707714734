#pragma once
// torch's own attention, as the outside baseline of benchmarks and checks.

#include "core/attention/attention_backend.h"

namespace reelquery {

/// The call through at::scaled_dot_product_attention, whose is_causal is aligned top-left: an
/// explicit mask gives bottom-right causality where Lq differs from Lk.
/// Returns [Lq, Hq*D] contiguous. Does not poll call.stop. Device: any that torch serves.
at::Tensor sdpaAttention(const AttentionCall& call);

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
