#include "core/attention/dense_backend.h"

#include <ATen/ATen.h>

namespace reelquery {

LayerAttentionStats statsOf(const AttentionCall& call) {
    LayerAttentionStats entry;
    entry.layer = call.layer;
    entry.queries = call.q.size(1);
    entry.keys = call.k.size(1);
    return entry;
}

at::Tensor attendDensely(const AttentionKernels& kernels, const AttentionCall& call,
                         AttentionStats* stats) {
    if (!stats) return kernels.dense(call);
    const WorkMark begin = kernels.mark();
    at::Tensor out = kernels.dense(call);
    const WorkMark end = kernels.mark();
    record(*stats, statsOf(call), end,
           [begin, end](LayerAttentionStats& entry) { entry.attentionMs = elapsedMs(begin, end); });
    return out;
}

void record(AttentionStats& stats, LayerAttentionStats entry, const WorkMark& end,
            const std::function<void(LayerAttentionStats&)>& fill) {
    stats.calls.push_back(std::move(entry));
    if (!end.isAhead()) {
        fill(stats.calls.back());
        return;
    }
    stats.pending.emplace_back(
        [fill, at = stats.calls.size() - 1](AttentionStats& all) { fill(all.calls[at]); });
}

DenseBackend::DenseBackend(std::unique_ptr<AttentionKernels> kernels, std::string name)
    : kernels_(std::move(kernels)), name_(std::move(name)) {}

at::Tensor DenseBackend::attend(const AttentionCall& call, AttentionStats* stats) const {
    return attendDensely(*kernels_, call, stats);
}

}  // namespace reelquery
