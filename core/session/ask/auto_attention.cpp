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

CostShape costShape(const LoadedModel& model, const std::string& selector) {
    const TextConfig& text = model.config().text;
    return {static_cast<int>(text.heads), static_cast<int>(text.kvHeads),
            static_cast<int>(text.headDim), model.device().target, selector};
}

AutoRule autoRule(const LoadedModel& model, const SelectorOptions& selector,
                  Measurements& measurements, const CancelToken& cancel) {
    const AttentionTarget target = attentionTarget(model);
    const CostShape shape = costShape(model, costKey(selector, target));
    AutoRule rule;
    rule.costs = measurements.attentionCosts(model.device().name, shape);
    if (rule.costs) return rule;
    try {
        const MachineLoad load;
        const AttentionCosts measured = measureAttentionCosts(selector, target, shape, cancel);
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
    return makeAttentionBackend(
        options, target, autoRule(warm.model(), options.selector, warm.measurements, cancel));
}

}  // namespace reelquery
