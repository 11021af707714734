#include "core/attention/dense_backend.h"

#include <ATen/ATen.h>

#include "core/attention/stopwatch.h"

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
    kernels.finish();
    Stopwatch watch;
    at::Tensor out = kernels.dense(call);
    kernels.finish();
    stats->calls.push_back(statsOf(call));
    stats->calls.back().attentionMs = watch.lapMs();
    return out;
}

DenseBackend::DenseBackend(std::unique_ptr<AttentionKernels> kernels)
    : kernels_(std::move(kernels)) {}

at::Tensor DenseBackend::attend(const AttentionCall& call, AttentionStats* stats) const {
    return attendDensely(*kernels_, call, stats);
}

}  // namespace reelquery
