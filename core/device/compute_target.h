#pragma once
// Where a run computes and in which number type.

#include <cstdint>

#include "core/base/run_options.h"

namespace reelquery {

/// Number type of a run and where its tensors live. Plain values, so that headers need no torch.
struct ComputeTarget {
    bool bfloat16 = false;  ///< false: float32
    int cudaDevice = -1;    ///< -1: the CPU

    std::int64_t bytesPerValue() const { return bfloat16 ? 2 : 4; }

    bool operator==(const ComputeTarget&) const = default;
};

/// Settles kAuto: bf16 on CUDA and on a CPU whose bf16 matrix rate is real (AVX512-BF16, AMX),
/// float32 on any other CPU.
ComputeTarget chooseTarget(DtypeChoice choice, int cudaDevice = -1);

}  // namespace reelquery
