#pragma once
// kernels/cpu behind the interface of a device.

#include "core/attention/attention_kernels.h"
#include "kernels/cpu/cpu_attention.h"

namespace reelquery {

class CpuKernels final : public AttentionKernels {
  public:
    at::Tensor dense(const AttentionCall& call) const override;
    SelectedBlocks select(const AttentionCall& call,
                          const kernels::SelectionParams& params) const override;
    at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const override;

    WorkMark mark(const at::Device&) const override {
        return {std::chrono::steady_clock::now(), nullptr};
    }

    std::string whyNotSparse(bool, int) const override { return ""; }

  private:
    // Scratch, not state: no call reads what another left there.
    mutable kernels::Workspace workspace_;
};

}  // namespace reelquery
