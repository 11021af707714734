#include "core/attention/mass_recorder.h"

#include <ATen/ATen.h>

#include <limits>
#include <utility>

#include "core/attention/torch_bridge.h"

namespace reelquery {

namespace {

/// Where the groups of all runs begin and end, in order.
void addBounds(const KeyRun& run, std::vector<std::int64_t>& begins,
               std::vector<std::int64_t>& ends) {
    const std::int64_t size = (run.end - run.begin) / run.groups;
    for (std::int64_t group = 0; group < run.groups; ++group) {
        begins.push_back(run.begin + group * size);
        ends.push_back(run.begin + (group + 1) * size);
    }
}

at::Tensor indices(const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::TensorOptions().dtype(at::kLong));
}

/// Probabilities [heads, Lq, Lk] added up over groups of keys, then the largest of the rows:
/// [heads, groups]. Sums up to a key in float64 make each group one difference, however many there
/// are.
at::Tensor largestMass(const at::Tensor& probabilities, const at::Tensor& begins,
                       const at::Tensor& ends) {
    const at::Tensor upTo = at::constant_pad_nd(probabilities.cumsum(-1, at::kDouble), {1, 0});
    const auto at = [&](const at::Tensor& keys) {
        return upTo.index_select(-1, keys.to(upTo.device()));
    };
    return (at(ends) - at(begins)).amax(1).to(at::kCPU, at::kFloat);
}

}  // namespace

MassRecorder::MassRecorder(const std::vector<KeyRun>& runs, int firstLayer)
    : firstLayer_(firstLayer) {
    std::vector<std::int64_t> begins, ends;
    for (const KeyRun& run : runs) addBounds(run, begins, ends);
    begins_ = indices(begins);
    ends_ = indices(ends);
}

at::Tensor MassRecorder::attend(const AttentionCall& call, AttentionStats*) const {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const std::int64_t ratio = shape.heads / shape.kvHeads;
    const auto positions = at::TensorOptions().dtype(at::kLong).device(call.q.device());
    const at::Tensor own = at::arange(shape.keys - shape.queries, shape.keys, positions);
    const at::Tensor hidden =
        at::arange(shape.keys, positions).unsqueeze(0).gt(own.unsqueeze(1));  // [Lq, Lk]
    const bool isRecorded = call.layer >= firstLayer_ && begins_.numel() > 0;
    std::vector<at::Tensor> outs, masses;
    for (std::int64_t head = 0; head < shape.kvHeads && !call.stop.stop_requested(); ++head) {
        const at::Tensor q = call.q.slice(0, head * ratio, (head + 1) * ratio).to(at::kFloat);
        at::Tensor logits =
            at::matmul(q, call.k[head].to(at::kFloat).t()).mul_(shape.scale);  // [ratio, Lq, Lk]
        if (shape.causal) logits.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
        const at::Tensor probabilities = logits.softmax(-1);
        outs.push_back(at::matmul(probabilities, call.v[head].to(at::kFloat)));
        if (isRecorded) masses.push_back(largestMass(probabilities, begins_, ends_));
    }
    if (call.stop.stop_requested()) return emptyOutput(call);

    if (isRecorded) {
        const auto layer = static_cast<std::size_t>(call.layer - firstLayer_);
        if (mass_.size() <= layer) mass_.resize(layer + 1);
        at::Tensor mass = at::cat(masses, 0);
        mass_[layer] = mass_[layer].defined() ? at::maximum(mass_[layer], mass) : std::move(mass);
    }
    return at::cat(outs, 0).transpose(0, 1).flatten(1).to(call.q.scalar_type());  // [Lq, Hq*D]
}

}  // namespace reelquery
