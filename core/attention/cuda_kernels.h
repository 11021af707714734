#pragma once
// kernels/attn behind the interface of a device, with torch's attention for what it does not serve.

#include "core/attention/attention_kernels.h"
#include "core/device/cuda_libraries.h"

namespace reelquery {

/// Everything runs on torch's current stream of the tensors' card; no call waits for it. Scratch
/// memory comes from torch's allocator, so that nothing is held between calls.
class CudaKernels final : public AttentionKernels {
  public:
    /// table: complete, or empty with the reason in `problem`.
    CudaKernels(const CudaKernelTable& table, std::string problem);

    /// Ours for bf16 with D 64 or 128, torch's for the rest.
    at::Tensor dense(const AttentionCall& call) const override;

    /// Errors: Error{kDevice} for inputs that whyNotSparse() names.
    SelectedBlocks select(const AttentionCall& call,
                          const kernels::SelectionParams& params) const override;
    at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const override;

    WorkMark mark(const at::Device& device) const override;
    std::string whyNotSparse(bool bfloat16, int headDim) const override;

  private:
    at::Tensor prefill(const AttentionCall& call, const kernels::BlockLists* lists) const;

    CudaKernelTable table_;
    std::string problem_;
};

}  // namespace reelquery
