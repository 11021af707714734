#include "core/attention/query_slices.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace reelquery {

namespace {

constexpr std::int64_t kFloatBytes = sizeof(float);

}  // namespace

QuerySlice::QuerySlice(const kernels::AttentionShape& shape, const at::Tensor& headQ,
                       const at::Tensor& headK, const at::Tensor& headV, std::int64_t kvHead,
                       std::int64_t begin, std::int64_t end)
    : kvHead_(kvHead), begin_(begin), scale_(shape.scale), isCausal_(shape.causal) {
    const std::int64_t seen = shape.causal ? shape.queryOffset() + end : shape.keys;
    q_ = headQ.narrow(1, begin, end - begin).to(at::kFloat);
    k_ = headK.narrow(0, 0, seen);
    v_ = headV.narrow(0, 0, seen);
}

at::Tensor QuerySlice::softmax() const {
    const std::int64_t ratio = q_.size(0), queries = q_.size(1);
    // One product for all heads: batched, the keys would be copied for each of them.
    at::Tensor scores = at::matmul(q_.reshape({ratio * queries, q_.size(2)}), k_.t()).mul_(scale_);
    scores = scores.view({ratio, queries, keys()});
    if (isCausal_ && queries > 1) {
        // Only the slice's own keys, which come last, are behind some of its queries.
        const at::Tensor behind = at::ones({queries, queries}, k_.options().dtype(at::kBool));
        scores.narrow(2, keys() - queries, queries)
            .masked_fill_(behind.triu(1), -std::numeric_limits<float>::infinity());
    }
    return scores.softmax(-1);
}

at::Tensor QuerySlice::rowsOf(const at::Tensor& heads) const {
    return heads.narrow(0, kvHead_ * q_.size(0), q_.size(0)).narrow(1, begin_, q_.size(1));
}

QuerySlices::QuerySlices(const kernels::AttentionShape& shape, std::int64_t bytesPerQuery,
                         std::int64_t sliceBytes)
    : shape_(shape) {
    const std::int64_t ratio = shape.heads / shape.kvHeads;
    // The query itself twice (converted and laid out in a row), its scores and their softmax, and
    // its row of the mask, twice.
    perQuery_ = 2 * ratio * (shape.headDim + shape.keys) * kFloatBytes +
                2 * std::min(shape.keys, shape.queries) + bytesPerQuery;
    queries_ = std::clamp<std::int64_t>(sliceBytes / perQuery_, 1,
                                        std::max<std::int64_t>(shape.queries, 1));
}

std::int64_t QuerySlices::scratchBytes() const {
    const bool isConverted = shape_.dtype != kernels::Dtype::kFloat32;
    const std::int64_t head = isConverted ? 2 * shape_.keys * shape_.headDim * kFloatBytes : 0;
    return head + queries_ * perQuery_;
}

void QuerySlices::forEach(const AttentionCall& call,
                          const std::function<void(const QuerySlice&)>& work) const {
    const std::int64_t ratio = shape_.heads / shape_.kvHeads;
    for (std::int64_t head = 0; head < shape_.kvHeads; ++head) {
        const at::Tensor k = call.k[head].to(at::kFloat), v = call.v[head].to(at::kFloat);
        const at::Tensor q = call.q.narrow(0, head * ratio, ratio);
        for (std::int64_t begin = 0; begin < shape_.queries; begin += queries_) {
            if (call.stop.stop_requested()) return;
            const std::int64_t end = std::min(begin + queries_, shape_.queries);
            work(QuerySlice(shape_, q, k, v, head, begin, end));
        }
    }
}

at::Tensor headsOf(const at::Tensor& output, const kernels::AttentionShape& shape) {
    return output.view({shape.queries, shape.heads, shape.headDim}).transpose(0, 1);
}

}  // namespace reelquery
