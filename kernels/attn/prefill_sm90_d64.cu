#include "kernels/attn/prefill_sm90_launch.cuh"

namespace reelquery::kernels::cuda {

template Status launchPrefillSm90<64>(const AttentionInputs&, const PrefillParams&, int,
                                      cudaStream_t);

}  // namespace reelquery::kernels::cuda
