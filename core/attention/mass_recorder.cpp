#include "core/attention/mass_recorder.h"

#include <ATen/ATen.h>

#include <limits>
#include <utility>

#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

/// Probabilities [heads, Lq, Lk] added up over the groups of the runs, then the largest of the
/// rows: [heads, groups].
at::Tensor largestMass(const at::Tensor& probabilities, const std::vector<KeyRun>& runs) {
    std::vector<at::Tensor> parts{at::empty({probabilities.size(0), 0})};
    for (const KeyRun& run : runs) {
        const std::int64_t size = (run.end - run.begin) / run.groups;
        parts.push_back(probabilities.slice(-1, run.begin, run.end)
                            .unflatten(-1, {run.groups, size})
                            .sum(-1)
                            .amax(1)
                            .cpu());
    }
    return at::cat(parts, -1);
}

}  // namespace

MassRecorder::MassRecorder(std::vector<KeyRun> runs) : runs_(std::move(runs)) {}

at::Tensor MassRecorder::attend(const AttentionCall& call, AttentionStats*) const {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t ratio = shape.heads / shape.kvHeads;
    const auto positions = at::TensorOptions().dtype(at::kLong).device(call.q.device());
    const at::Tensor own = at::arange(shape.keys - shape.queries, shape.keys, positions);
    const at::Tensor hidden =
        at::arange(shape.keys, positions).unsqueeze(0).gt(own.unsqueeze(1));  // [Lq, Lk]
    std::vector<at::Tensor> outs, masses;
    for (std::int64_t head = 0; head < shape.kvHeads && !call.stop.stop_requested(); ++head) {
        const at::Tensor q = call.q.slice(0, head * ratio, (head + 1) * ratio).to(at::kFloat);
        at::Tensor logits =
            at::matmul(q, call.k[head].to(at::kFloat).t()).mul_(shape.scale);  // [ratio, Lq, Lk]
        if (shape.causal) logits.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
        const at::Tensor probabilities = logits.softmax(-1);
        outs.push_back(at::matmul(probabilities, call.v[head].to(at::kFloat)));
        masses.push_back(largestMass(probabilities, runs_));
    }
    if (call.stop.stop_requested()) return emptyOutput(call);

    const auto layer = static_cast<std::size_t>(call.layer);
    if (mass_.size() <= layer) mass_.resize(layer + 1);
    at::Tensor mass = at::cat(masses, 0);
    mass_[layer] = mass_[layer].defined() ? at::maximum(mass_[layer], mass) : std::move(mass);
    return at::cat(outs, 0).transpose(0, 1).flatten(1).to(call.q.scalar_type());  // [Lq, Hq*D]
}

}  // namespace reelquery
