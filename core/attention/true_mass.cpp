#include "core/attention/true_mass.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "core/attention/torch_bridge.h"
#include "kernels/block_layout.h"

namespace reelquery {

at::Tensor trueBlockMass(const AttentionCall& call) {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t block = kernels::kBlockSize, rows = kernels::queryBlocks(shape);
    const std::int64_t columns = kernels::keyBlocks(shape), offset = shape.queryOffset();
    const std::int64_t ratio = shape.heads / shape.kvHeads;
    const at::Tensor k = call.k.to(at::kFloat).unsqueeze(1);  // [Hkv, 1, Lk, D]
    const auto options = at::TensorOptions().device(call.q.device());
    const at::Tensor position = at::arange(shape.keys, options.dtype(at::kLong));
    at::Tensor mass = at::zeros({shape.heads, rows, columns}, options.dtype(at::kFloat));
    for (std::int64_t r = 0; r < rows && !call.stop.stop_requested(); ++r) {
        const std::int64_t self = kernels::firstQueryBlock(shape) + r;
        const std::int64_t first = std::max(self * block - offset, std::int64_t{0});
        const std::int64_t end = std::min((self + 1) * block - offset, shape.queries);
        const at::Tensor q = call.q.slice(1, first, end)
                                 .to(at::kFloat)
                                 .unflatten(0, {shape.kvHeads, ratio});  // [Hkv, ratio, n, D]
        at::Tensor logits = at::matmul(q, k.transpose(2, 3)).mul_(shape.scale);
        if (shape.causal) {
            const at::Tensor own = position.slice(0, offset + first, offset + end).unsqueeze(1);
            logits.masked_fill_(position.unsqueeze(0).gt(own),
                                -std::numeric_limits<float>::infinity());
        }
        const at::Tensor perKey =
            logits.softmax(-1).sum(2).flatten(0, 1);  // [Hkv, ratio, n, Lk] -> [Hq, Lk]
        const at::Tensor padded = at::constant_pad_nd(perKey, {0, columns * block - shape.keys});
        mass.select(1, r).copy_(padded.view({shape.heads, columns, block}).sum(2));
    }
    return mass;
}

}  // namespace reelquery
