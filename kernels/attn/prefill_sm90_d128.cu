#include "kernels/attn/prefill_sm90_launch.cuh"

namespace reelquery::kernels::cuda {

template const void* prefillSm90Image<128>();
template Status launchPrefillSm90<128>(const AttentionInputs&, const PrefillParams&, int,
                                       cudaStream_t);

}  // namespace reelquery::kernels::cuda
