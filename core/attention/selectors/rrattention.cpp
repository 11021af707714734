// RRAttention (arXiv 2602.05853): of every S queries one is looked at, which one goes round with
// the head, and it is held against the sum of every S keys. Blocks are kept by the mass of that
// softmax until the threshold, as XAttention keeps them. The estimate is the one of the authors'
// public code (their version 1); a row none of whose queries is one of the looked at asks its last
// one.

#include <ATen/ATen.h>

#include <cmath>

#include "core/attention/selectors/pooled.h"
#include "core/attention/torch_bridge.h"
#include "core/base/format_text.h"

namespace reelquery {

namespace {

/// Of the queries at positions [begin, end), those at `residue` of a stride, else the last.
at::Tensor sampledPositions(std::int64_t begin, std::int64_t end, std::int64_t residue,
                            std::int64_t stride, const at::TensorOptions& options) {
    const std::int64_t first = begin + ((residue - begin) % stride + stride) % stride;
    return first < end ? at::arange(first, end, stride, options)
                       : at::arange(end - 1, end, options);
}

/// Mean keys of every `stride` tokens, [Hkv, strides, D] float32. As in the authors' code what is
/// missing in the last one counts as zeros.
at::Tensor strideMeans(const at::Tensor& keys, std::int64_t stride) {
    const std::int64_t strides = (keys.size(1) + stride - 1) / stride;
    const at::Tensor whole =
        at::constant_pad_nd(keys.to(at::kFloat), {0, 0, 0, strides * stride - keys.size(1)});
    return whole.view({keys.size(0), strides, stride, keys.size(2)}).mean(2);
}

class RRAttentionSelector final : public MassSelector {
  public:
    using MassSelector::MassSelector;

    std::string name() const override {
        return formatText("rrattention S=%d tau=%.2f", options().stride, threshold());
    }

    std::string costKey() const override { return formatText("rrattention S%d", options().stride); }

  protected:
    at::Tensor massOf(const AttentionCall& call) const override {
        const kernels::AttentionShape shape = attentionInputs(call).shape;
        const std::int64_t stride = options().stride;
        const at::Tensor means = strideMeans(call.k, stride);
        const auto counted = at::TensorOptions().device(call.q.device()).dtype(at::kLong);
        const at::Tensor starts = at::arange(means.size(1), counted).mul_(stride);
        return massByRows(call, stride, [&](int head, std::int64_t begin, std::int64_t end) {
            const at::Tensor places = sampledPositions(begin, end, head % stride, stride, counted);
            const at::Tensor q = call.q[head].index_select(0, places.sub(shape.queryOffset()));
            const at::Tensor k = means[head / (shape.heads / shape.kvHeads)];
            at::Tensor logits = at::matmul(q.to(at::kFloat), k.t()).mul_(call.scale);
            if (call.causal)
                logits.masked_fill_(starts.unsqueeze(0).gt(places.unsqueeze(1)), -INFINITY);
            return logits.softmax(-1).mean(0);
        });
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeRRAttentionSelector(const SelectorRequest& request) {
    return std::make_unique<RRAttentionSelector>(request, "rrattention");
}

}  // namespace reelquery
