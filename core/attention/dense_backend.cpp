#include "core/attention/dense_backend.h"

#include <ATen/ATen.h>

#include <utility>

namespace reelquery {

LayerAttentionStats statsOf(const AttentionCall& call) {
    LayerAttentionStats entry;
    entry.layer = call.layer;
    entry.queries = call.q.size(1);
    entry.keys = call.k.size(1);
    return entry;
}

at::Tensor attendDensely(const AttentionKernels& kernels, const AttentionCall& call,
                         AttentionRecorder* recorder, LayerAttentionStats entry) {
    if (!recorder) return kernels.dense(call);
    const at::Device device = call.q.device();
    const WorkMark begin = kernels.mark(device);
    at::Tensor out = kernels.dense(call);
    const WorkMark end = kernels.mark(device);
    recorder->add(std::move(entry), end, [begin, end](LayerAttentionStats& done) {
        done.attentionMs = elapsedMs(begin, end);
    });
    return out;
}

DenseBackend::DenseBackend(std::shared_ptr<const AttentionKernels> kernels, std::string name)
    : kernels_(std::move(kernels)), name_(std::move(name)) {}

at::Tensor DenseBackend::attend(const AttentionCall& call, AttentionRecorder* recorder) const {
    return attendDensely(*kernels_, call, recorder, statsOf(call));
}

}  // namespace reelquery
