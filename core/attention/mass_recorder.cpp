#include "core/attention/mass_recorder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "core/attention/query_slices.h"
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

/// Probabilities [heads, n, keys] added up over groups of keys, then the largest of the rows:
/// [heads, groups]. Sums up to a key in float64 make each group one difference, however many there
/// are. begins, ends: in order; the last end is at most `keys`.
at::Tensor largestMass(const at::Tensor& probabilities, const at::Tensor& begins,
                       const at::Tensor& ends) {
    const auto last = ends[-1].item<std::int64_t>();
    const at::Tensor upTo =
        probabilities.narrow(-1, 0, last).to(at::kDouble).cumsum_(-1);  // up to and with each key
    const auto before = [&](const at::Tensor& keys) {
        at::Tensor sums = upTo.index_select(-1, keys.sub(1).clamp_min_(0).to(upTo.device()));
        return sums.masked_fill_(keys.eq(0).to(upTo.device()), 0);
    };
    return before(ends).sub_(before(begins)).amax(1).to(at::kCPU, at::kFloat);
}

/// What largestMass() holds for one query of all heads that share a key/value head, beside its
/// probabilities: sums of its keys and of its groups in float64, and its result in the layer.
std::int64_t massBytes(const kernels::AttentionShape& shape, std::int64_t groups) {
    constexpr std::int64_t kDoubleBytes = sizeof(double), kFloatBytes = sizeof(float);
    const std::int64_t ratio = shape.heads / shape.kvHeads;
    // The scores are gone by then.
    const std::int64_t sums = shape.keys * (kDoubleBytes - kFloatBytes);
    return ratio * (sums + 3 * groups * kDoubleBytes + shape.headDim * kFloatBytes);
}

}  // namespace

std::int64_t massScratchBytes(const kernels::AttentionShape& shape, std::int64_t groups,
                              std::int64_t sliceBytes) {
    return QuerySlices(shape, massBytes(shape, groups), sliceBytes).scratchBytes();
}

MassRecorder::MassRecorder(const std::vector<KeyRun>& runs, int firstLayer, std::int64_t sliceBytes)
    : firstLayer_(firstLayer), sliceBytes_(sliceBytes) {
    std::vector<std::int64_t> begins, ends;
    for (const KeyRun& run : runs) addBounds(run, begins, ends);
    begins_ = indices(begins);
    ends_ = indices(ends);
}

at::Tensor MassRecorder::attend(const AttentionCall& call, AttentionRecorder*) const {
    const kernels::AttentionShape shape = attentionInputs(call).shape;
    const bool isRecorded = call.layer >= firstLayer_ && begins_.numel() > 0;
    at::Tensor out = emptyOutput(call);
    const at::Tensor byHead = headsOf(out, shape);
    std::vector<at::Tensor> masses(static_cast<std::size_t>(shape.kvHeads));  // [ratio, groups]
    QuerySlices(shape, massBytes(shape, begins_.numel()), sliceBytes_)
        .forEach(call, [&](const QuerySlice& slice) {
            const at::Tensor probabilities = slice.softmax();
            slice.rowsOf(byHead).copy_(at::matmul(probabilities, slice.v()));
            if (!isRecorded) return;
            // A group that no row of the slice sees to its end ends for them where they do.
            const std::int64_t seen = slice.keys();
            at::Tensor mass =
                largestMass(probabilities, begins_.clamp_max(seen), ends_.clamp_max(seen));
            at::Tensor& most = masses[static_cast<std::size_t>(slice.kvHead())];
            most = most.defined() ? at::maximum(most, mass) : std::move(mass);
        });
    if (call.stop.stop_requested()) return out;

    if (isRecorded) {
        const auto layer = static_cast<std::size_t>(call.layer - firstLayer_);
        if (mass_.size() <= layer) mass_.resize(layer + 1);
        at::Tensor mass = at::cat(masses, 0);
        mass_[layer] = mass_[layer].defined() ? at::maximum(mass_[layer], mass) : std::move(mass);
    }
    return out;
}

}  // namespace reelquery
