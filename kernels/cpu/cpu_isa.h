#pragma once
// Which instruction set the CPU kernels run on, found at run time.

#include "kernels/attention_params.h"

namespace reelquery::kernels {

/// From slowest to fastest; each includes the ones before it.
enum class CpuIsa {
    kGeneric,    ///< 128-bit vectors, whatever the compiler's baseline is
    kAvx2,       ///< AVX2, FMA and F16C
    kAvx512,     ///< AVX-512 F, BW, DQ, VL
    kAvx512Bf16  ///< and the bf16 dot product
};

/// The best one this processor and this build have. Thread: any.
CpuIsa bestCpuIsa();

/// "generic", "avx2", "avx512", "avx512_bf16".
const char* cpuIsaName(CpuIsa isa);

}  // namespace reelquery::kernels
