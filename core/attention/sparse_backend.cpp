#include "core/attention/sparse_backend.h"

#include <ATen/ATen.h>

#include <numeric>
#include <utility>
#include <vector>

#include "core/attention/arriving_values.h"
#include "core/attention/dense_backend.h"
#include "core/attention/prompt_density.h"
#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

// Blocks of all rows of one head that the shape lets it see.
double visibleBlocks(const kernels::AttentionShape& shape) {
    const double rows = static_cast<double>(kernels::queryBlocks(shape));
    const double first = static_cast<double>(kernels::firstQueryBlock(shape));
    if (!shape.causal) return rows * static_cast<double>(kernels::keyBlocks(shape));
    return rows * (first + 1) + rows * (rows - 1) / 2;
}

double meanOf(const std::vector<double>& heads) {
    return std::accumulate(heads.begin(), heads.end(), 0.0) / static_cast<double>(heads.size());
}

}  // namespace

SparseBackend::SparseBackend(std::unique_ptr<BlockSelector> selector, const DensePolicy& policy,
                             std::optional<AutoRule> rule,
                             std::shared_ptr<const AttentionKernels> kernels)
    : selector_(std::move(selector)),
      policy_(policy),
      rule_(std::move(rule)),
      kernels_(std::move(kernels)) {}

std::string SparseBackend::name() const {
    return (rule_ ? "auto: " : "") + selector_->name();
}

AttentionChoice SparseBackend::choose(const AttentionCall& call) const {
    if (const char* why = policy_.whyDense(call, selector_->forcedBlocks(call.causal)))
        return {false, why};
    if (!rule_) return {true, {}};
    const auto seen = call.density ? call.density->of(call.layer) : std::nullopt;
    return chooseAttention(*rule_, call.q.size(1), call.k.size(1), seen);
}

at::Tensor SparseBackend::attendDense(const AttentionCall& call, AttentionRecorder* recorder,
                                      AttentionReason why) const {
    LayerAttentionStats entry = statsOf(call);
    entry.why = std::move(why);
    return attendDensely(*kernels_, call, recorder, std::move(entry));
}

at::Tensor SparseBackend::attend(const AttentionCall& call, AttentionRecorder* recorder) const {
    AttentionChoice choice = choose(call);
    if (!choice.sparse) return attendDense(call, recorder, std::move(choice.why));

    const at::Device device = call.q.device();
    const std::int64_t keys = call.k.size(1);
    const WorkMark begin = kernels_->mark(device);
    const SelectedBlocks blocks = selector_->select(call, policy_.denseFromPosition(call));
    if (call.stop.stop_requested()) return emptyOutput(call);
    const WorkMark selected = kernels_->mark(device);
    const at::Tensor density =  // [Hq]
        blocks.counts.sum(1).to(at::kDouble).div(visibleBlocks(attentionInputs(call).shape));
    // Reading the counts of a GPU would make it wait for us: there the next chunk goes by them.
    const bool isCounted = !selected.isAhead();
    if (rule_ && isCounted) {
        const double chosen = meanOf(ArrivingValues(*kernels_, density).read());
        if (call.density) call.density->saw(call.layer, {chosen, keys});
        choice = confirmSparse(*rule_, call.q.size(1), keys, chosen);
        if (!choice.sparse) {
            LayerAttentionStats entry = statsOf(call);
            entry.why = std::move(choice.why);
            entry.chosenDensity = chosen;
            entry.selectMs = blocks.selectMs;
            entry.scoreMs = elapsedMs(begin, selected) - blocks.selectMs;
            return attendDensely(*kernels_, call, recorder, std::move(entry));
        }
    }
    at::Tensor out = kernels_->sparse(call, blocks);
    if (call.stop.stop_requested()) return out;

    const WorkMark end = kernels_->mark(device);
    if (rule_ && !isCounted && call.density)
        call.density->saw(call.layer, keys, ArrivingValues(*kernels_, density));
    if (!recorder) return out;
    LayerAttentionStats entry = statsOf(call);
    entry.sparse = true;
    entry.why = std::move(choice.why);
    entry.selectMs = blocks.selectMs;
    const ArrivingValues shares(  // [2, Hq]
        *kernels_, at::stack({density, blocks.keptShare.mean(1).to(at::kDouble)}));
    recorder->add(std::move(entry), shares.arrival(), [=](LayerAttentionStats& done) {
        const std::vector<double> perHead = shares.read();
        const auto middle = perHead.begin() + std::ssize(perHead) / 2;
        done.attentionMs = elapsedMs(selected, end);
        done.scoreMs = elapsedMs(begin, selected) - done.selectMs;
        done.densityPerHead.assign(perHead.begin(), middle);
        done.keptMassPerHead.assign(middle, perHead.end());
        done.chosenDensity = meanOf({perHead.begin(), middle});
    });
    return out;
}

}  // namespace reelquery
