// The oracle: blocks by the mass that attention truly gives them, which costs as much as dense
// attention. What no way to guess can beat at the same threshold: the measure of the others.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/attention/selectors/pooled.h"
#include "core/attention/torch_bridge.h"
#include "kernels/block_layout.h"

namespace reelquery {

namespace {

using kernels::kBlockSize;

class OracleSelector final : public MassSelector {
  public:
    using MassSelector::MassSelector;

  protected:
    /// A row of blocks at a time, so that the weights of the call never exist as a whole.
    at::Tensor massOf(const AttentionCall& call) const override {
        const kernels::AttentionShape shape = attentionInputs(call).shape;
        const std::int64_t offset = shape.queryOffset();
        const std::int64_t rows = kernels::queryBlocks(shape), columns = kernels::keyBlocks(shape);
        const at::Tensor keys = call.k.to(at::kFloat), places = at::arange(shape.keys);
        at::Tensor mass = at::zeros({shape.heads, rows, columns}, at::kFloat);
        for (int head = 0; head < shape.heads; ++head) {
            const at::Tensor q = call.q[head], k = keys[head / (shape.heads / shape.kvHeads)];
            for (std::int64_t row = 0; row < rows; ++row) {
                const std::int64_t block = (kernels::firstQueryBlock(shape) + row) * kBlockSize;
                const std::int64_t begin = std::max(block, offset);
                const std::int64_t end = std::min(block + kBlockSize, offset + shape.queries);
                at::Tensor logits =
                    at::matmul(q.slice(0, begin - offset, end - offset).to(at::kFloat), k.t())
                        .mul_(call.scale);
                if (call.causal)
                    logits.masked_fill_(places.unsqueeze(0).gt(at::arange(begin, end).unsqueeze(1)),
                                        -INFINITY);
                const at::Tensor weights = logits.softmax(-1).mean(0);
                mass[head][row] =
                    at::constant_pad_nd(weights, {0, columns * kBlockSize - shape.keys})
                        .view({columns, kBlockSize})
                        .sum(1);
            }
        }
        return mass;
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeOracleSelector(const SelectorRequest& request) {
    return std::make_unique<OracleSelector>(request, "oracle");
}

}  // namespace reelquery
