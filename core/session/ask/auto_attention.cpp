#include "core/session/ask/auto_attention.h"

#include "core/attention/auto_rule.h"
#include "core/attention/backend_factory.h"
#include "core/device/machine_load.h"
#include "core/session/report/attention_report.h"

namespace reelquery {

namespace {

/// Costs measured beside more work of other programs are not kept for later runs: they are best
/// times, which a third of a busy machine still leaves undisturbed.
constexpr double kMostOthersShare = 1.0 / 3;

CostShape costShape(const LoadedModel& model, int stride) {
    const TextConfig& text = model.config().text;
    const ComputeTarget& target = model.device().target;
    CostShape shape;
    shape.stride = stride;
    shape.heads = static_cast<int>(text.heads);
    shape.kvHeads = static_cast<int>(text.kvHeads);
    shape.headDim = static_cast<int>(text.headDim);
    shape.device = target.cudaDevice >= 0 ? DeviceKind::kCuda : DeviceKind::kCpu;
    shape.dtype = target.bfloat16 ? DtypeChoice::kBfloat16 : DtypeChoice::kFloat32;
    return shape;
}

AutoRule autoRule(const LoadedModel& model, int stride, Measurements& measurements,
                  const CancelToken& cancel) {
    const CostShape shape = costShape(model, stride);
    AutoRule rule;
    rule.costs = measurements.attentionCosts(model.device().name, shape);
    if (rule.costs) return rule;
    try {
        const MachineLoad load;
        const AttentionCosts measured = measureAttentionCosts(shape, cancel);
        throwIfCancelled(cancel);
        // Within a session the same question gets the same choices, even if by disturbed costs.
        measurements.keep(model.device().name, shape, measured,
                          load.othersShare() < kMostOthersShare);
        rule.costs = measured;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::kCancelled) throw;
        rule.whyUnmeasured = "not measured: " + error.message();
    }
    return rule;
}

}  // namespace

std::unique_ptr<AttentionBackend> warmBackend(AttentionOptions options, std::int64_t questionTokens,
                                              WarmState& warm, const CancelToken& cancel) {
    if (options.denseLastTokens == kDenseQuestion)
        options.denseLastTokens = static_cast<int>(questionTokens);
    const AttentionTarget target = attentionTarget(warm.model());
    if (options.kind != AttentionKind::kAuto) return makeAttentionBackend(options, target);
    return makeAttentionBackend(options, target,
                                autoRule(warm.model(), options.stride, warm.measurements, cancel));
}

}  // namespace reelquery
