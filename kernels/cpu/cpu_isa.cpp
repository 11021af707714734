#include "kernels/cpu/cpu_isa.h"

namespace reelquery::kernels {

CpuIsa bestCpuIsa() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return __builtin_cpu_supports("avx512bf16") ? CpuIsa::kAvx512Bf16 : CpuIsa::kAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("f16c"))
        return CpuIsa::kAvx2;
#endif
    return CpuIsa::kGeneric;
}

const char* cpuIsaName(CpuIsa isa) {
    switch (isa) {
        case CpuIsa::kGeneric:
            return "generic";
        case CpuIsa::kAvx2:
            return "avx2";
        case CpuIsa::kAvx512:
            return "avx512";
        case CpuIsa::kAvx512Bf16:
            return "avx512_bf16";
    }
    return "unknown";
}

}  // namespace reelquery::kernels
