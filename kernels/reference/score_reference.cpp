#include "kernels/reference/score_reference.h"

#include <algorithm>
#include <cmath>

#include "kernels/reference/heads_reader.h"

namespace reelquery::kernels::reference {

namespace {

// Mean of the S logits that the pattern picks from the tile of query group i and key group j, both
// global. Tokens outside [0, Lk) of the keys or before the first query are zero vectors.
double pooledLogit(const DoubleHeads& q, const DoubleHeads& k, const AttentionShape& shape,
                   int head, std::int64_t i, std::int64_t j, int stride,
                   const std::array<int, kMaxStride>& order) {
    const int kvHead = head / (shape.heads / shape.kvHeads);
    double sum = 0;
    for (int t = 0; t < stride; ++t) {
        const std::int64_t query = i * stride + order[t] - shape.queryOffset();
        const std::int64_t key = j * stride + t;
        if (query < 0 || query >= shape.queries || key >= shape.keys) continue;
        const double *qRow = q.row(head, query), *kRow = k.row(kvHead, key);
        for (int d = 0; d < shape.headDim; ++d) sum += qRow[d] * kRow[d];
    }
    return sum * shape.scale / stride;
}

}  // namespace

BlockMass scoreBlocks(const AttentionInputs& inputs, int stride, ScorePattern pattern) {
    const AttentionShape& s = inputs.shape;
    const DoubleHeads q = readHeads(inputs.q, s.dtype, s.heads, s.queries, s.headDim);
    const DoubleHeads k = readHeads(inputs.k, s.dtype, s.kvHeads, s.keys, s.headDim);
    const auto order = queryOrder(pattern, stride);
    BlockMass mass{queryBlocks(s), keyBlocks(s), {}};
    mass.values.assign(static_cast<std::size_t>(s.heads * mass.rows * mass.columns), 0.0);

    const std::int64_t perBlock = kBlockSize / stride;  // b
    const std::int64_t keyGroups = (s.keys + stride - 1) / stride;
    const std::int64_t firstGroup = s.queryOffset() / stride;
    const std::int64_t endGroup = (s.queryOffset() + s.queries + stride - 1) / stride;
    for (int h = 0; h < s.heads; ++h) {
        for (std::int64_t i = firstGroup; i < endGroup; ++i) {
            const std::int64_t visible = s.causal ? std::min(i + 1, keyGroups) : keyGroups;
            std::vector<double> cells;
            double largest = -INFINITY;
            for (std::int64_t j = 0; j < visible; ++j) {
                cells.push_back(pooledLogit(q, k, s, h, i, j, stride, order));
                largest = std::max(largest, cells.back());
            }
            double total = 0;
            for (double& cell : cells) {
                cell = std::exp(cell - largest);
                total += cell;
            }
            const std::int64_t row = h * mass.rows + i / perBlock - firstQueryBlock(s);
            for (std::int64_t j = 0; j < visible; ++j)
                mass.values[row * mass.columns + j / perBlock] += cells[j] / total;
        }
    }
    return mass;
}

}  // namespace reelquery::kernels::reference
