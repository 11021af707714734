#pragma once
// torch's own attention behind the interface of a device, for devices that have no kernels of ours.

#include "core/attention/attention_kernels.h"

namespace reelquery {

/// Dense only: select() and sparse() throw Error{kDevice}.
class SdpaKernels final : public AttentionKernels {
  public:
    at::Tensor dense(const AttentionCall& call) const override;
    SelectedBlocks select(const AttentionCall& call,
                          const kernels::SelectionParams& params) const override;
    at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const override;

    /// Does not wait: times taken around a call on a GPU are those of launching it.
    void finish() const override {}
};

}  // namespace reelquery
