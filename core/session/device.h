#pragma once
// Settles where a model runs and in which number type.

#include <string>

#include "core/base/run_options.h"
#include "core/model/checkpoint.h"

namespace reelquery {

/// A device that was found usable.
struct ResolvedDevice {
    ComputeTarget target;
    std::string name;   ///< "cpu"
    std::string dtype;  ///< "bfloat16", "float32"
};

/// kAuto takes the CPU. Errors: Error{kDevice} when CUDA was asked for and cannot be used.
ResolvedDevice resolveDevice(DeviceKind device, DtypeChoice dtype);

}  // namespace reelquery
