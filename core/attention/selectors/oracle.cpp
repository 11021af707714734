// The oracle: blocks by the mass that attention truly gives them, which costs as much as dense
// attention. What no way to guess can beat at the same threshold: the measure of the others.

#include <ATen/ATen.h>

#include <cmath>

#include "core/attention/selectors/pooled.h"
#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

class OracleSelector final : public MassSelector {
  public:
    using MassSelector::MassSelector;

  protected:
    at::Tensor massOf(const AttentionCall& call) const override {
        const kernels::AttentionShape shape = attentionInputs(call).shape;
        const auto counted = at::TensorOptions().device(call.q.device()).dtype(at::kLong);
        const at::Tensor keys = call.k.to(at::kFloat), places = at::arange(shape.keys, counted);
        return massByRows(call, 1, [&](int head, std::int64_t begin, std::int64_t end) {
            const std::int64_t offset = shape.queryOffset();
            const at::Tensor q = call.q[head].slice(0, begin - offset, end - offset);
            const at::Tensor k = keys[head / (shape.heads / shape.kvHeads)];
            at::Tensor logits = at::matmul(q.to(at::kFloat), k.t()).mul_(call.scale);
            if (call.causal)
                logits.masked_fill_(
                    places.unsqueeze(0).gt(places.slice(0, begin, end).unsqueeze(1)), -INFINITY);
            return logits.softmax(-1).mean(0);
        });
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeOracleSelector(const SelectorRequest& request) {
    return std::make_unique<OracleSelector>(request, "oracle");
}

}  // namespace reelquery
