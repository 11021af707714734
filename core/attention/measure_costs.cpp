// The measuring half of attention_costs.h.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/attention/attention_costs.h"
#include "core/attention/attention_kernels.h"
#include "core/attention/uniform_blocks.h"

namespace reelquery {

namespace {

/// A typical density, so that the line is fitted where it will be read.
constexpr double kDensity = 0.25;
/// Each time is the best of as many calls as fit here, at least two after a warm-up.
constexpr double kMsPerItem = 120;

/// A call of a device's usual size, and two numbers of keys far enough apart for a line.
struct CallSizes {
    std::int64_t queries, fewKeys, manyKeys;
};

CallSizes callSizes(const HeadShape& shape) {
    if (shape.device == DeviceKind::kCuda) return {4096, 8192, 32768};
    // On a CPU a call of a large model takes a second at 1024 queries.
    const bool isSmall = shape.heads * shape.headDim <= 1024;
    return {isSmall ? 1024 : 384, 2048, 8192};
}

template <class Work>
double bestMs(const AttentionKernels& kernels, const std::stop_token& stop, const Work& work) {
    double best = std::numeric_limits<double>::infinity(), spent = 0;
    for (int run = 0; !stop.stop_requested() && (run < 3 || spent < kMsPerItem); ++run) {
        const WorkMark begin = kernels.mark();
        work();
        const double ms = elapsedMs(begin, kernels.mark());
        spent += ms;
        if (run > 0) best = std::min(best, ms);
    }
    return best;
}

struct Times {
    double pairs = 0, keptPairs = 0;
    double denseMs = 0, selectionMs = 0, sparseMs = 0;
};

Times timeCall(const HeadShape& shape, const AttentionKernels& kernels, std::int64_t queries,
               std::int64_t keys, const std::stop_token& stop) {
    const auto options =
        at::TensorOptions()
            .dtype(shape.dtype == DtypeChoice::kFloat32 ? at::kFloat : at::kBFloat16)
            .device(shape.device == DeviceKind::kCuda ? at::kCUDA : at::kCPU);
    const at::Tensor q = at::randn({queries, shape.heads, shape.headDim}, options).transpose(0, 1);
    const at::Tensor k = at::randn({shape.kvHeads, keys, shape.headDim}, options);
    const at::Tensor v = at::randn({shape.kvHeads, keys, shape.headDim}, options);
    const AttentionCall call{.q = q,
                             .k = k,
                             .v = v,
                             .scale = 1.0F / std::sqrt(static_cast<float>(shape.headDim)),
                             .stop = stop};
    const std::int64_t rows = queries / kernels::kBlockSize;
    const std::int64_t firstBlock = (keys - queries) / kernels::kBlockSize;
    SelectedBlocks blocks = uniformBlocks(shape.heads, rows, firstBlock, kDensity);
    const double keptBlocks = blocks.counts.sum().item<double>() / shape.heads;
    blocks.columns = blocks.columns.to(q.device());
    blocks.counts = blocks.counts.to(q.device());

    Times times;
    times.pairs =
        AttentionCosts::visiblePairs(static_cast<double>(queries), static_cast<double>(keys));
    // The block on the diagonal is half hidden, but costs as a whole one in both ways of attending.
    const double visibleBlocks = static_cast<double>(rows) * (static_cast<double>(firstBlock) +
                                                              static_cast<double>(rows + 1) / 2);
    times.keptPairs = times.pairs * keptBlocks / visibleBlocks;
    times.denseMs = bestMs(kernels, stop, [&] { kernels.dense(call); });
    times.selectionMs = bestMs(kernels, stop, [&] { kernels.select(call, {}); });
    times.sparseMs = bestMs(kernels, stop, [&] { kernels.sparse(call, blocks); });
    return times;
}

}  // namespace

AttentionCosts measureAttentionCosts(const HeadShape& shape, std::stop_token stop) {
    const c10::InferenceMode inference;
    const auto kernels = makeAttentionKernels(shape.device);
    const CallSizes sizes = callSizes(shape);
    const auto queries = static_cast<double>(sizes.queries);
    const Times few = timeCall(shape, *kernels, sizes.queries, sizes.fewKeys, stop);
    const Times many = timeCall(shape, *kernels, sizes.queries, sizes.manyKeys, stop);
    AttentionCosts costs;
    costs.dense = LinearCost::through(queries, few.pairs, few.denseMs, many.pairs, many.denseMs);
    costs.selection =
        LinearCost::through(queries, few.pairs, few.selectionMs, many.pairs, many.selectionMs);
    costs.sparse =
        LinearCost::through(queries, few.keptPairs, few.sparseMs, many.keptPairs, many.sparseMs);
    return costs;
}

}  // namespace reelquery
