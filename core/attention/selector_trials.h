#pragma once
// Several ways to choose blocks beside each other on the same queries and keys: what each keeps of
// the true attention mass, at which density, and what choosing takes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/attention_backend.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/backend_factory.h"
#include "core/attention/block_selector.h"
#include "core/attention/dense_policy.h"
#include "core/base/run_options.h"

namespace reelquery {

/// What one selector chose, over all calls that it was tried on.
struct SelectorTrial {
    SelectorOptions options;
    std::string name;        ///< as the selector calls itself
    double selectionS = 0;   ///< wall time of choosing
    double keptMass = 0;     ///< share of the dense softmax's mass in the kept blocks, 0 to 1
    double worstHead = 0;    ///< the same of the (layer, head) that keeps least
    double density = 0;      ///< kept blocks of those that rows see, 0 to 1
    std::int64_t calls = 0;  ///< behind these figures; without any they are 0
};

/// Answers densely and tries every selector on the way, so that all see what dense attention makes
/// of the prompt. Calls that stay dense whatever is chosen are passed over. Takes a dense softmax
/// in float32 a call beside what the selectors take. CPU tensors; attend() is not concurrent.
class SelectorTrials final : public AttentionBackend {
  public:
    /// tried: what to try, in order. policy: what stays dense. Errors: Error{kUsage} for options
    /// that makeBlockSelector refuses, Error{kDevice} where target is no processor.
    SelectorTrials(const std::vector<SelectorOptions>& tried, const AttentionTarget& target,
                   const DensePolicy& policy);
    ~SelectorTrials() override;

    at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override;

    std::string name() const override { return "dense, trying selectors"; }

    /// Of the calls so far, in the order of `tried`.
    std::vector<SelectorTrial> results() const;

  private:
    struct Sums;

    void add(Sums& sums, const AttentionCall& call, const float* mass, std::int64_t rows,
             std::int64_t columns, std::int64_t firstBlock) const;

    const DensePolicy policy_;
    std::shared_ptr<const AttentionKernels> kernels_;
    mutable std::vector<Sums> sums_;  // one of each selector
};

}  // namespace reelquery
