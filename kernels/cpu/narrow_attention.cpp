#include "kernels/cpu/narrow_attention.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "kernels/cpu/row_product.h"

namespace reelquery::kernels {

namespace {

/// Where a piece's result lies among all.
struct Part {
    std::int64_t head = 0, firstQuery = 0, queries = 0, firstKey = 0, keys = 0;
    std::size_t at = 0;  // of its first query
};

std::vector<Part> partsOf(const NarrowAttention& call) {
    const std::int64_t group = call.heads / call.kvHeads;
    std::vector<Part> parts;
    std::size_t at = 0;
    for (std::int64_t head = 0; head < call.kvHeads; ++head) {
        for (std::int64_t key = 0; key < call.keys; key += kNarrowKeys) {
            const std::int64_t keys = std::min<std::int64_t>(kNarrowKeys, call.keys - key);
            for (std::int64_t query = 0; query < group; query += kNarrowQueries) {
                const std::int64_t queries = std::min<std::int64_t>(kNarrowQueries, group - query);
                parts.push_back({head, head * group + query, queries, key, keys, at});
                at += static_cast<std::size_t>(queries);
            }
        }
    }
    return parts;
}

}  // namespace

void attendNarrow(Workers& workers, CpuIsa isa, const NarrowAttention& call) {
    const RowKernels& kernels = rowKernels(isa);
    const std::vector<Part> parts = partsOf(call);
    const auto dim = static_cast<std::size_t>(call.dim);
    const std::size_t rows = parts.back().at + static_cast<std::size_t>(parts.back().queries);
    std::vector<float> tops(rows), sums(rows), outs(rows * dim);
    std::atomic<std::size_t> next{0};
    workers.run([&](int) {
        for (;;) {
            const std::size_t i = next.fetch_add(1, std::memory_order_relaxed);
            if (i >= parts.size()) return;
            const Part& part = parts[i];
            const std::int64_t at = part.head * call.headStride + part.firstKey * call.dim;
            const std::int64_t scaleAt = part.head * call.scaleStride + part.firstKey;
            kernels.attendPiece({call.q + part.firstQuery * call.dim,
                                 static_cast<int>(part.queries), static_cast<int>(call.dim),
                                 static_cast<int>(part.keys), call.k + at, call.v + at,
                                 call.kScales + scaleAt, call.vScales + scaleAt, call.scale,
                                 &tops[part.at], &sums[part.at], &outs[part.at * dim]});
        }
    });
    std::vector<float> top(static_cast<std::size_t>(call.heads), -INFINITY);
    for (const Part& part : parts) {
        for (std::int64_t i = 0; i < part.queries; ++i) {
            float& highest = top[static_cast<std::size_t>(part.firstQuery + i)];
            highest = std::max(highest, tops[part.at + static_cast<std::size_t>(i)]);
        }
    }
    std::vector<float> total(static_cast<std::size_t>(call.heads));
    std::fill_n(call.out, call.heads * call.dim, 0.0F);
    for (const Part& part : parts) {
        for (std::int64_t i = 0; i < part.queries; ++i) {
            const auto query = static_cast<std::size_t>(part.firstQuery + i);
            const std::size_t row = part.at + static_cast<std::size_t>(i);
            const float weight = std::exp(tops[row] - top[query]);
            total[query] += weight * sums[row];
            for (std::size_t d = 0; d < dim; ++d) {
                call.out[query * dim + d] += weight * outs[row * dim + d];
            }
        }
    }
    for (std::size_t query = 0; query < total.size(); ++query) {
        for (std::size_t d = 0; d < dim; ++d) call.out[query * dim + d] /= total[query];
    }
}

}  // namespace reelquery::kernels
