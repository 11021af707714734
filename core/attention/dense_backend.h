#pragma once
// Attention over every visible key.

#include <functional>
#include <memory>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"

namespace reelquery {

class DenseBackend final : public AttentionBackend {
  public:
    /// name: for reports, where there is more to say.
    explicit DenseBackend(std::unique_ptr<AttentionKernels> kernels, std::string name = "dense");

    at::Tensor attend(const AttentionCall& call, AttentionStats* stats) const override;

    std::string name() const override { return name_; }

  private:
    std::unique_ptr<AttentionKernels> kernels_;
    std::string name_;
};

/// Runs the call densely and appends its entry to the stats, where there are any.
at::Tensor attendDensely(const AttentionKernels& kernels, const AttentionCall& call,
                         AttentionStats* stats);

/// Appends an entry whose figures `fill` works out: at once where the work up to `end` is done,
/// when the stats are settled where it is not.
void record(AttentionStats& stats, LayerAttentionStats entry, const WorkMark& end,
            const std::function<void(LayerAttentionStats&)>& fill);

/// An entry that names the call, still without results.
LayerAttentionStats statsOf(const AttentionCall& call);

}  // namespace reelquery
