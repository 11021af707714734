#pragma once
// Settles where a model runs and in which number type.

#include <string>

#include "core/base/run_options.h"
#include "core/device/compute_target.h"

namespace reelquery {

/// A device that was found usable.
struct ResolvedDevice {
    ComputeTarget target;
    std::string name;   ///< "cpu", "cuda:0 NVIDIA H100 80GB HBM3"
    std::string dtype;  ///< "bfloat16", "float32"
};

/// kAuto takes the first usable card, the CPU where there is none. Thread: any.
/// Errors: Error{kDevice} with the reason when CUDA was asked for and cannot be used.
ResolvedDevice resolveDevice(DeviceKind device, DtypeChoice dtype);

}  // namespace reelquery
