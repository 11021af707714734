#pragma once
// A ComputeTarget in torch's terms. For .cpp files of the boxes above.

#include <ATen/ATen.h>

#include "core/device/compute_target.h"

namespace reelquery {

inline at::Device deviceOf(const ComputeTarget& target) {
    if (target.cudaDevice < 0) return at::Device(at::kCPU);
    return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(target.cudaDevice));
}

inline at::ScalarType typeOf(const ComputeTarget& target) {
    return target.bfloat16 ? at::kBFloat16 : at::kFloat;
}

/// Host memory whose copy to the target's device makes nobody wait.
inline at::TensorOptions hostOptions(const ComputeTarget& target) {
    return at::TensorOptions().pinned_memory(target.cudaDevice >= 0);
}

}  // namespace reelquery
