#include "core/session/auto_attention.h"

namespace reelquery {

namespace {

HeadShape headShape(const LoadedModel& model) {
    const TextConfig& text = model.config().text;
    const ComputeTarget& target = model.device().target;
    HeadShape shape;
    shape.heads = static_cast<int>(text.heads);
    shape.kvHeads = static_cast<int>(text.kvHeads);
    shape.headDim = static_cast<int>(text.headDim);
    shape.device = target.cudaDevice >= 0 ? DeviceKind::kCuda : DeviceKind::kCpu;
    shape.dtype = target.bfloat16 ? DtypeChoice::kBfloat16 : DtypeChoice::kFloat32;
    return shape;
}

}  // namespace

AutoRule autoRule(const LoadedModel& model, Measurements& measurements, const CancelToken& cancel) {
    const HeadShape shape = headShape(model);
    AutoRule rule;
    rule.costs = measurements.attentionCosts(model.device().name, shape);
    if (rule.costs) return rule;
    try {
        const AttentionCosts measured = measureAttentionCosts(shape, cancel);
        throwIfCancelled(cancel);
        measurements.keep(model.device().name, shape, measured);
        rule.costs = measured;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) throw;
        rule.whyUnmeasured = "not measured: " + error.message();
    }
    return rule;
}

}  // namespace reelquery
