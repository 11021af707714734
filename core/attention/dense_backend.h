#pragma once
// Attention over every visible key.

#include <memory>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"

namespace reelquery {

class DenseBackend final : public AttentionBackend {
  public:
    explicit DenseBackend(std::unique_ptr<AttentionKernels> kernels);

    at::Tensor attend(const AttentionCall& call, AttentionStats* stats) const override;

    std::string name() const override { return "dense"; }

  private:
    std::unique_ptr<AttentionKernels> kernels_;
};

/// Runs the call densely and appends its entry to the stats, where there are any.
at::Tensor attendDensely(const AttentionKernels& kernels, const AttentionCall& call,
                         AttentionStats* stats);

/// An entry that names the call, still without results.
LayerAttentionStats statsOf(const AttentionCall& call);

}  // namespace reelquery
