#pragma once
// Prefill attention over the blocks that a selector chooses.

#include <memory>
#include <optional>
#include <string>

#include "core/attention/attention_kernels.h"
#include "core/attention/attention_stats.h"
#include "core/attention/auto_rule.h"
#include "core/attention/block_selector.h"
#include "core/attention/dense_policy.h"

namespace reelquery {

/// Sparse where that can pay, dense elsewhere: where the policy says so and, given a rule, where it
/// does: by the densities of a prompt's earlier chunks (AttentionCall::density) and, where the
/// device counts before it goes on, by the call's own. Knows nothing of how blocks are chosen.
class SparseBackend final : public AttentionBackend {
  public:
    /// selector: serves the inputs to come. rule: null where every call that has a choice is
    /// sparse.
    SparseBackend(std::unique_ptr<BlockSelector> selector, const DensePolicy& policy,
                  std::optional<AutoRule> rule, std::shared_ptr<const AttentionKernels> kernels);

    at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override;

    /// The selector's, after "auto: " where a rule decides.
    std::string name() const override;

  private:
    AttentionChoice choose(const AttentionCall& call) const;
    at::Tensor attendDense(const AttentionCall& call, AttentionRecorder* recorder,
                           AttentionReason why) const;

    std::unique_ptr<BlockSelector> selector_;
    DensePolicy policy_;
    std::optional<AutoRule> rule_;
    std::shared_ptr<const AttentionKernels> kernels_;
};

}  // namespace reelquery
