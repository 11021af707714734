#include "core/attention/sdpa_kernels.h"

#include "core/attention/sdpa.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

[[noreturn]] void failSparse() {
    throw Error(ErrorCode::kDevice, "sparse attention has no kernels for this device here",
                "use --attention dense or run on the CPU");
}

}  // namespace

at::Tensor SdpaKernels::dense(const AttentionCall& call) const {
    return sdpaAttention(call);
}

SelectedBlocks SdpaKernels::select(const AttentionCall&, const kernels::SelectionParams&) const {
    failSparse();
}

at::Tensor SdpaKernels::sparse(const AttentionCall&, const SelectedBlocks&) const {
    failSparse();
}

}  // namespace reelquery
