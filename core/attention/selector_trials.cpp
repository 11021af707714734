#include "core/attention/selector_trials.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/attention/dense_backend.h"
#include "core/attention/selector_table.h"
#include "core/attention/torch_bridge.h"
#include "core/attention/true_mass.h"
#include "core/base/error.h"
#include "kernels/block_layout.h"

namespace reelquery {

/// A selector and what it kept.
struct SelectorTrials::Sums {
    SelectorOptions options;
    std::unique_ptr<BlockSelector> selector;
    double seconds = 0, kept = 0, mass = 0;
    std::int64_t blocks = 0, visible = 0, calls = 0;
    std::map<std::pair<int, int>, std::pair<double, double>> heads;  // (layer, head): kept, mass
};

SelectorTrials::SelectorTrials(const std::vector<SelectorOptions>& tried,
                               const AttentionTarget& target, const DensePolicy& policy)
    : policy_(policy), kernels_(makeAttentionKernels(target.device)) {
    if (target.device == DeviceKind::kCuda) {
        throw Error(ErrorCode::kDevice, "selectors are tried on the processor only",
                    "use --device cpu or leave --device out");
    }
    for (const SelectorOptions& options : tried) {
        Sums sums;
        sums.options = options;
        sums.selector = makeBlockSelector({options, target.layers, target.heads, kernels_});
        sums_.push_back(std::move(sums));
    }
}

SelectorTrials::~SelectorTrials() = default;

void SelectorTrials::add(Sums& sums, const AttentionCall& call, const float* mass,
                         std::int64_t rows, std::int64_t columns, std::int64_t firstBlock) const {
    const auto start = std::chrono::steady_clock::now();
    const SelectedBlocks chosen = sums.selector->select(call, policy_.denseFromPosition(call));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (call.stop.stop_requested()) return;
    sums.seconds += took.count();
    ++sums.calls;
    const auto* list = static_cast<const std::uint16_t*>(chosen.columns.const_data_ptr());
    const std::int32_t* count = chosen.counts.const_data_ptr<std::int32_t>();
    const std::int64_t pitch = chosen.columns.size(2);
    for (std::int64_t head = 0; head < chosen.counts.size(0); ++head) {
        auto& [keptOfHead, massOfHead] = sums.heads[{call.layer, static_cast<int>(head)}];
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t at = head * rows + row;
            const float* masses = mass + at * columns;
            double kept = 0, all = 0;
            for (std::int32_t n = 0; n < count[at]; ++n) kept += masses[list[at * pitch + n]];
            for (std::int64_t column = 0; column < columns; ++column) all += masses[column];
            keptOfHead += kept;
            massOfHead += all;
            sums.kept += kept;
            sums.mass += all;
            sums.blocks += count[at];
            sums.visible += call.causal ? std::min(firstBlock + row + 1, columns) : columns;
        }
    }
}

at::Tensor SelectorTrials::attend(const AttentionCall& call, AttentionRecorder* recorder) const {
    at::Tensor out = attendDensely(*kernels_, call, recorder, statsOf(call));
    std::int64_t forced = 0;
    for (const Sums& sums : sums_)
        forced = std::max(forced, sums.selector->forcedBlocks(call.causal));
    if (policy_.whyDense(call, forced)) return out;
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const at::Tensor mass = trueBlockMass(call).contiguous();
    for (Sums& sums : sums_) {
        if (call.stop.stop_requested()) break;
        add(sums, call, mass.const_data_ptr<float>(), kernels::queryBlocks(shape),
            kernels::keyBlocks(shape), kernels::firstQueryBlock(shape));
    }
    return out;
}

std::vector<SelectorTrial> SelectorTrials::results() const {
    std::vector<SelectorTrial> results;
    for (const Sums& sums : sums_) {
        SelectorTrial one;
        one.options = sums.options;
        one.name = sums.selector->name();
        one.selectionS = sums.seconds;
        one.calls = sums.calls;
        if (sums.mass > 0) {
            one.keptMass = sums.kept / sums.mass;
            one.density = static_cast<double>(sums.blocks) / static_cast<double>(sums.visible);
            one.worstHead = 1;
            for (const auto& [where, head] : sums.heads)
                one.worstHead = std::min(one.worstHead, head.first / head.second);
        }
        results.push_back(std::move(one));
    }
    return results;
}

}  // namespace reelquery
