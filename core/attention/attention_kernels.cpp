#include "core/attention/attention_kernels.h"

#include "core/attention/cpu_kernels.h"
#include "core/attention/sdpa_kernels.h"

namespace reelquery {

std::unique_ptr<AttentionKernels> makeAttentionKernels(DeviceKind device) {
    if (device == DeviceKind::kCpu) return std::make_unique<CpuKernels>();
    return std::make_unique<SdpaKernels>();
}

}  // namespace reelquery
