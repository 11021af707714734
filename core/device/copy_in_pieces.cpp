#include "core/device/copy_in_pieces.h"

#include <algorithm>

#include "core/device/torch_target.h"

namespace reelquery {

at::Tensor toTarget(const at::Tensor& source, const ComputeTarget& target,
                    const CancelToken& cancel,
                    const std::function<void(std::int64_t values)>& onPiece) {
    throwIfCancelled(cancel);
    if (source.device() == deviceOf(target) && source.scalar_type() == typeOf(target)) {
        return source;
    }
    at::Tensor copy =
        at::empty(source.sizes(), source.options().device(deviceOf(target)).dtype(typeOf(target)));
    const at::Tensor from = source.reshape({-1}), to = copy.view({-1});
    for (std::int64_t at = 0; at < from.numel(); at += kCopyPieceValues) {
        throwIfCancelled(cancel);
        const std::int64_t values = std::min(kCopyPieceValues, from.numel() - at);
        to.narrow(0, at, values).copy_(from.narrow(0, at, values));
        if (onPiece) onPiece(at + values);
    }
    return copy;
}

}  // namespace reelquery
