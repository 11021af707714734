#pragma once
// Prefill attention over the blocks that XAttention keeps.

#include <memory>
#include <optional>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/backend_factory.h"
#include "core/attention/threshold_file.h"
#include "core/base/run_options.h"

namespace reelquery {

/// Sparse where that can pay, dense elsewhere: in the first layers, for single queries (decoding),
/// for the last tokens of the prompt, where so few keys are visible that every block is forced, and
/// where `rule` (if given) says so: from the densities of a prompt's earlier chunks, which it reads
/// in the stats that attend() is given, and on a CPU also from the call's own.
class XAttentionBackend final : public AttentionBackend {
  public:
    /// options: checked by the factory. thresholds: per layer and head, or null for the one of the
    /// options.
    XAttentionBackend(const AttentionOptions& options, std::optional<ThresholdTable> thresholds,
                      std::optional<AutoRule> rule, std::unique_ptr<AttentionKernels> kernels);

    at::Tensor attend(const AttentionCall& call, AttentionStats* stats) const override;
    std::string name() const override;

  private:
    /// stats: the calls so far, for the densities that they found; may be null.
    AttentionChoice choose(const AttentionCall& call, const AttentionStats* stats) const;
    at::Tensor attendDense(const AttentionCall& call, AttentionStats* stats, std::string why) const;
    std::int64_t denseFromPosition(const AttentionCall& call) const;
    kernels::SelectionParams selectionParams(const AttentionCall& call) const;

    AttentionOptions options_;
    double threshold_;  ///< of all heads where there is no table
    std::optional<ThresholdTable> thresholds_;
    std::optional<AutoRule> rule_;
    std::unique_ptr<AttentionKernels> kernels_;
};

}  // namespace reelquery
