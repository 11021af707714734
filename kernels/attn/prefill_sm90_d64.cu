#include "kernels/attn/prefill_sm90_launch.cuh"

namespace reelquery::kernels::cuda {

template const void* prefillSm90Image<64>();
template Status launchPrefillSm90<64>(const AttentionInputs&, const PrefillParams&, int,
                                      cudaStream_t);

}  // namespace reelquery::kernels::cuda
