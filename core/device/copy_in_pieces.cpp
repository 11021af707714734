#include "core/device/copy_in_pieces.h"

#include <algorithm>
#include <cstdint>

#include "core/device/torch_target.h"

namespace reelquery {

namespace {

/// Values of a piece: a tenth of a second at the pace of a cold disk, while a call's own cost does
/// not count.
constexpr std::int64_t kPieceValues = std::int64_t{8} << 20;

}  // namespace

at::Tensor toTarget(const at::Tensor& source, const ComputeTarget& target,
                    const CancelToken& cancel) {
    throwIfCancelled(cancel);
    if (source.device() == deviceOf(target) && source.scalar_type() == typeOf(target)) {
        return source;
    }
    at::Tensor copy =
        at::empty(source.sizes(), source.options().device(deviceOf(target)).dtype(typeOf(target)));
    const at::Tensor from = source.reshape({-1}), to = copy.view({-1});
    for (std::int64_t at = 0; at < from.numel(); at += kPieceValues) {
        throwIfCancelled(cancel);
        const std::int64_t values = std::min(kPieceValues, from.numel() - at);
        to.narrow(0, at, values).copy_(from.narrow(0, at, values));
    }
    return copy;
}

}  // namespace reelquery
