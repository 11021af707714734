#include "core/attention/xattention_backend.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

#include "core/attention/dense_backend.h"
#include "core/attention/torch_bridge.h"
#include "core/base/error.h"

namespace reelquery {

namespace {

/// The values on the host: on a GPU only once it got as far, but without making it wait for us.
at::Tensor onWayToHost(const at::Tensor& values) {
    if (!values.is_cuda()) return values;
    const auto pinned = values.options().device(at::kCPU).pinned_memory(true);
    at::Tensor host = at::empty(values.sizes(), pinned);
    host.copy_(values, true);
    return host;
}

std::vector<float> toVector(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kCPU, at::kFloat).contiguous();
    const float* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

kernels::ScorePattern scorePattern(AttentionPattern pattern) {
    switch (pattern) {
        case AttentionPattern::kAntidiagonal:
            return kernels::ScorePattern::kAntidiagonal;
        case AttentionPattern::kDiagonal:
            return kernels::ScorePattern::kDiagonal;
        case AttentionPattern::kRandom:
            return kernels::ScorePattern::kRandom;
    }
    throw Error(ErrorCode::kInternal, "unknown score pattern");
}

// For names; the default goes without saying.
std::string patternNote(AttentionPattern pattern) {
    if (pattern == AttentionPattern::kDiagonal) return " diagonal";
    return pattern == AttentionPattern::kRandom ? " random" : "";
}

// Blocks of all rows of one head that the shape lets it see.
double visibleBlocks(const kernels::AttentionShape& shape) {
    const double rows = static_cast<double>(kernels::queryBlocks(shape));
    const double first = static_cast<double>(kernels::firstQueryBlock(shape));
    if (!shape.causal) return rows * static_cast<double>(kernels::keyBlocks(shape));
    return rows * (first + 1) + rows * (rows - 1) / 2;
}

/// What the layer's latest selection found.
std::optional<SeenDensity> lastSeen(const AttentionStats* stats, int layer) {
    if (!stats) return std::nullopt;
    for (std::size_t at = stats->calls.size(); at-- > stats->firstTelling;) {
        const LayerAttentionStats& call = stats->calls[at];
        if (call.layer == layer && call.chosenDensity)
            return SeenDensity{*call.chosenDensity, call.keys};
    }
    return std::nullopt;
}

double meanOf(const std::vector<float>& heads) {
    return std::accumulate(heads.begin(), heads.end(), 0.0) / static_cast<double>(heads.size());
}

}  // namespace

XAttentionBackend::XAttentionBackend(const AttentionOptions& options,
                                     std::optional<ThresholdTable> thresholds,
                                     std::optional<AutoRule> rule,
                                     std::unique_ptr<AttentionKernels> kernels)
    : options_(options),
      threshold_(options.threshold.value_or(kDefaultThreshold)),
      thresholds_(std::move(thresholds)),
      rule_(rule),
      kernels_(std::move(kernels)) {}

std::string XAttentionBackend::name() const {
    char tau[32] = "tau per head";
    if (!thresholds_) std::snprintf(tau, sizeof tau, "tau=%.2f", threshold_);
    const std::string text = "xattention S=" + std::to_string(options_.stride) +
                             patternNote(options_.pattern) + " " + tau;
    return (rule_ ? "auto: " : "") + text;
}

std::int64_t XAttentionBackend::denseFromPosition(const AttentionCall& call) const {
    if (call.promptTokens == 0) return std::numeric_limits<std::int64_t>::max();
    return call.promptTokens - std::max(0, options_.denseLastTokens);
}

AttentionChoice XAttentionBackend::choose(const AttentionCall& call,
                                          const AttentionStats* stats) const {
    const std::int64_t queries = call.q.size(1), keys = call.k.size(1);
    const std::int64_t forced = options_.sinkBlocks + (call.causal ? options_.recentBlocks : 0);
    if (queries == 1) return {false, "a single token reads everything"};
    if (call.layer < options_.denseFirstLayers) return {false, "the first layers stay dense"};
    if ((call.causal ? keys - queries : 0) >= denseFromPosition(call))
        return {false, "the last tokens stay dense"};
    if (keys <= forced * kernels::kBlockSize) return {false, "too short to leave anything out"};
    if (!rule_) return {true, {}};
    return chooseAttention(*rule_, queries, keys, lastSeen(stats, call.layer));
}

kernels::SelectionParams XAttentionBackend::selectionParams(const AttentionCall& call) const {
    kernels::SelectionParams params;
    params.stride = options_.stride;
    params.pattern = scorePattern(options_.pattern);
    params.threshold = static_cast<float>(threshold_);
    if (thresholds_) params.thresholdPerHead = thresholds_->layer(call.layer).data();
    params.sinkBlocks = options_.sinkBlocks;
    params.recentBlocks = options_.recentBlocks;
    params.denseFromPosition = denseFromPosition(call);
    return params;
}

at::Tensor XAttentionBackend::attendDense(const AttentionCall& call, AttentionStats* stats,
                                          std::string why) const {
    at::Tensor out = attendDensely(*kernels_, call, stats);
    if (stats) stats->calls.back().why = std::move(why);
    return out;
}

at::Tensor XAttentionBackend::attend(const AttentionCall& call, AttentionStats* stats) const {
    AttentionChoice choice = choose(call, stats);
    if (!choice.sparse) return attendDense(call, stats, std::move(choice.why));

    const WorkMark begin = kernels_->mark();
    const SelectedBlocks blocks = kernels_->select(call, selectionParams(call));
    if (call.stop.stop_requested()) return emptyOutput(call);
    const WorkMark selected = kernels_->mark();
    const at::Tensor density =  // [Hq]
        blocks.counts.sum(1).to(at::kDouble).div(visibleBlocks(attentionInputs(call).shape));
    // Reading the counts of a GPU would make it wait for us: there the next chunk goes by them.
    if (rule_ && !selected.isAhead()) {
        const double chosen = density.mean().item<double>();
        choice = confirmSparse(*rule_, call.q.size(1), call.k.size(1), chosen);
        if (!choice.sparse) {
            at::Tensor out = attendDense(call, stats, std::move(choice.why));
            if (stats) {
                LayerAttentionStats& entry = stats->calls.back();
                entry.chosenDensity = chosen;
                entry.selectMs = blocks.selectMs;
                entry.scoreMs = elapsedMs(begin, selected) - blocks.selectMs;
            }
            return out;
        }
    }
    at::Tensor out = kernels_->sparse(call, blocks);
    if (!stats || call.stop.stop_requested()) return out;

    const WorkMark end = kernels_->mark();
    LayerAttentionStats entry = statsOf(call);
    entry.sparse = true;
    entry.why = std::move(choice.why);
    entry.selectMs = blocks.selectMs;
    const at::Tensor shares =  // [2, Hq]
        onWayToHost(at::stack({density.to(at::kFloat), blocks.keptShare.mean(1)}));
    const WorkMark arrived = kernels_->mark();
    record(*stats, std::move(entry), arrived, [=](LayerAttentionStats& done) {
        elapsedMs(end, arrived);  // waits for the shares
        done.attentionMs = elapsedMs(selected, end);
        done.scoreMs = elapsedMs(begin, selected) - done.selectMs;
        done.densityPerHead = toVector(shares[0]);
        done.keptMassPerHead = toVector(shares[1]);
        done.chosenDensity = meanOf(done.densityPerHead);
    });
    return out;
}

}  // namespace reelquery
