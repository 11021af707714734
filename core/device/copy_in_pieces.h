#pragma once
// Large tensors brought to a device or into a number type without being deaf to a stop meanwhile.

#include <cstdint>
#include <functional>

#include "core/base/cancel.h"
#include "core/device/compute_target.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// `source` on the device and in the number type of `target`: itself where it is there already,
/// else a copy, the same to the last bit as Tensor::to gives, made in pieces with a look at
/// `cancel` between them. onPiece: told the values copied so far after each; may be empty. Errors:
/// kCancelled; torch's own where memory is refused.
at::Tensor toTarget(const at::Tensor& source, const ComputeTarget& target,
                    const CancelToken& cancel,
                    const std::function<void(std::int64_t values)>& onPiece = {});

/// Values of a piece: a tenth of a second at the pace of a cold disk, while a call's own cost does
/// not count.
inline constexpr std::int64_t kCopyPieceValues = std::int64_t{8} << 20;

}  // namespace reelquery
