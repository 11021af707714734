#include "kernels/reference/attention_reference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/reference/heads_reader.h"

namespace reelquery::kernels::reference {

namespace {

// out = softmax(scale * q k^T) v for one query over the given keys.
void attendOneQuery(const double* q, const DoubleHeads& k, const DoubleHeads& v, int kvHead,
                    const std::vector<std::int64_t>& keys, double scale, double* out) {
    const int dim = k.dim;
    std::vector<double> weights;
    double largest = -INFINITY;
    for (const std::int64_t key : keys) {
        const double* row = k.row(kvHead, key);
        double dot = 0;
        for (int d = 0; d < dim; ++d) dot += q[d] * row[d];
        weights.push_back(dot * scale);
        largest = std::max(largest, weights.back());
    }
    double total = 0;
    for (double& w : weights) {
        w = std::exp(w - largest);
        total += w;
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const double* row = v.row(kvHead, keys[i]);
        for (int d = 0; d < dim; ++d) out[d] += weights[i] / total * row[d];
    }
}

// Calls attendOneQuery for every (head, query) with the keys that keysOf(head, query) names.
template <class KeysOf>
std::vector<double> attend(const AttentionInputs& inputs, KeysOf keysOf) {
    const AttentionShape& s = inputs.shape;
    const DoubleHeads q = readHeads(inputs.q, s.dtype, s.heads, s.queries, s.headDim);
    const DoubleHeads k = readHeads(inputs.k, s.dtype, s.kvHeads, s.keys, s.headDim);
    const DoubleHeads v = readHeads(inputs.v, s.dtype, s.kvHeads, s.keys, s.headDim);
    std::vector<double> out(static_cast<std::size_t>(s.heads * s.queries * s.headDim), 0.0);
    for (int h = 0; h < s.heads; ++h) {
        const int kvHead = h / (s.heads / s.kvHeads);
        for (std::int64_t i = 0; i < s.queries; ++i)
            attendOneQuery(q.row(h, i), k, v, kvHead, keysOf(h, i), s.scale,
                           out.data() + (h * s.queries + i) * s.headDim);
    }
    return out;
}

// One past the last key that query i sees.
std::int64_t visibleEnd(const AttentionShape& shape, std::int64_t i) {
    return shape.causal ? shape.queryOffset() + i + 1 : shape.keys;
}

}  // namespace

std::vector<double> denseAttention(const AttentionInputs& inputs) {
    return attend(inputs, [&](int, std::int64_t i) {
        std::vector<std::int64_t> keys(static_cast<std::size_t>(visibleEnd(inputs.shape, i)));
        std::iota(keys.begin(), keys.end(), 0);
        return keys;
    });
}

std::vector<double> sparseAttention(const AttentionInputs& inputs, const BlockLists& lists) {
    const AttentionShape& shape = inputs.shape;
    return attend(inputs, [&](int h, std::int64_t i) {
        const std::int64_t block = (shape.queryOffset() + i) / kBlockSize - firstQueryBlock(shape);
        const std::int64_t row = h * queryBlocks(shape) + block;
        std::vector<std::int64_t> keys;
        for (int n = 0; n < lists.counts[row]; ++n) {
            const std::int64_t first =
                lists.columns[row * lists.pitch + n] * std::int64_t{kBlockSize};
            const std::int64_t end = std::min(first + kBlockSize, visibleEnd(shape, i));
            for (std::int64_t key = first; key < end; ++key) keys.push_back(key);
        }
        return keys;
    });
}

}  // namespace reelquery::kernels::reference
