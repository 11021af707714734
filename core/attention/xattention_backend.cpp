#include "core/attention/xattention_backend.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <limits>

#include "core/attention/dense_backend.h"
#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

std::vector<float> toVector(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kCPU, at::kFloat).contiguous();
    const float* data = flat.const_data_ptr<float>();
    return {data, data + flat.numel()};
}

// Blocks of all rows of one head that the shape lets it see.
double visibleBlocks(const kernels::AttentionShape& shape) {
    const double rows = static_cast<double>(kernels::queryBlocks(shape));
    const double first = static_cast<double>(kernels::firstQueryBlock(shape));
    if (!shape.causal) return rows * static_cast<double>(kernels::keyBlocks(shape));
    return rows * (first + 1) + rows * (rows - 1) / 2;
}

}  // namespace

XAttentionBackend::XAttentionBackend(const AttentionOptions& options,
                                     std::optional<ThresholdTable> thresholds,
                                     std::optional<AutoRule> rule,
                                     std::unique_ptr<AttentionKernels> kernels)
    : options_(options),
      thresholds_(std::move(thresholds)),
      rule_(rule),
      kernels_(std::move(kernels)) {}

std::string XAttentionBackend::name() const {
    char text[96];
    if (thresholds_)
        std::snprintf(text, sizeof text, "xattention S=%d tau per head", options_.stride);
    else
        std::snprintf(text, sizeof text, "xattention S=%d tau=%.2f", options_.stride,
                      options_.threshold);
    if (!rule_) return text;
    return "auto: " + std::string(text) + " from " + std::to_string(rule_->sparseFromKeys) +
           " tokens";
}

std::int64_t XAttentionBackend::denseFromPosition(const AttentionCall& call) const {
    if (call.promptTokens == 0) return std::numeric_limits<std::int64_t>::max();
    return call.promptTokens - options_.denseLastTokens;
}

bool XAttentionBackend::wantsSparse(const AttentionCall& call) const {
    const std::int64_t queries = call.q.size(1), keys = call.k.size(1);
    const std::int64_t forced = options_.sinkBlocks + (call.causal ? options_.recentBlocks : 0);
    return call.layer >= options_.denseFirstLayers && queries > 1 &&
           keys > forced * kernels::kBlockSize && (!rule_ || rule_->wantsSparse(keys)) &&
           (call.causal ? keys - queries : 0) < denseFromPosition(call);
}

kernels::SelectionParams XAttentionBackend::selectionParams(const AttentionCall& call) const {
    kernels::SelectionParams params;
    params.stride = options_.stride;
    params.threshold = static_cast<float>(options_.threshold);
    if (thresholds_) params.thresholdPerHead = thresholds_->layer(call.layer).data();
    params.sinkBlocks = options_.sinkBlocks;
    params.recentBlocks = options_.recentBlocks;
    params.denseFromPosition = denseFromPosition(call);
    return params;
}

at::Tensor XAttentionBackend::attend(const AttentionCall& call, AttentionStats* stats) const {
    if (!wantsSparse(call)) return attendDensely(*kernels_, call, stats);
    const WorkMark begin = kernels_->mark();
    const SelectedBlocks blocks = kernels_->select(call, selectionParams(call));
    if (call.stop.stop_requested()) return emptyOutput(call);
    const WorkMark selected = kernels_->mark();
    at::Tensor out = kernels_->sparse(call, blocks);
    if (!stats || call.stop.stop_requested()) return out;

    const WorkMark end = kernels_->mark();
    LayerAttentionStats entry = statsOf(call);
    entry.sparse = true;
    entry.selectMs = blocks.selectMs;
    const double visible = visibleBlocks(attentionInputs(call).shape);
    const at::Tensor density = blocks.counts.sum(1).to(at::kDouble).div(visible);  // [Hq]
    const at::Tensor keptMass = blocks.keptShare.mean(1);                          // [Hq]
    record(*stats, std::move(entry), end, [=](LayerAttentionStats& done) {
        done.attentionMs = elapsedMs(selected, end);
        done.scoreMs = elapsedMs(begin, selected) - done.selectMs;
        done.densityPerHead = toVector(density);
        done.keptMassPerHead = toVector(keptMass);
    });
    return out;
}

}  // namespace reelquery
