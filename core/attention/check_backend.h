#pragma once
// Runs two backends on the same input and records how far apart they are.

#include <memory>

#include "core/attention/attention_backend.h"

namespace reelquery {

class CheckBackend final : public AttentionBackend {
  public:
    CheckBackend(std::unique_ptr<AttentionBackend> checked,
                 std::unique_ptr<AttentionBackend> reference);

    /// The result and the stats of `checked`; the difference goes to stats->differences.
    at::Tensor attend(const AttentionCall& call, AttentionStats* stats) const override;
    std::string name() const override;

  private:
    std::unique_ptr<AttentionBackend> checked_;
    std::unique_ptr<AttentionBackend> reference_;
};

/// |a - b| / |b| in Frobenius norms, in double; 0 where both are all zero.
double relativeDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace reelquery
