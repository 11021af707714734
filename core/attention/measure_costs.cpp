#include "core/attention/measure_costs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/attention/uniform_blocks.h"
#include "core/base/error.h"
#include "core/device/torch_target.h"
#include "kernels/block_layout.h"

namespace reelquery {

namespace {

/// A typical density, so that the planes are fitted where they will be read.
constexpr double kDensity = 0.25;
/// Rounds until this is spent, at least three and one to warm up. A round is every kind of work in
/// every size: a machine whose speed drifts slows all of them alike, and the best of many short
/// times is one that nothing disturbed.
constexpr double kBudgetMs = 1200;

struct CallSize {
    std::int64_t queries = 0, keys = 0;
};

/// The usual call of a device over many and over few keys, and one of few queries, where the part
/// of selection that grows with the keys alone stands out.
std::array<CallSize, 3> callSizes(const CostShape& shape) {
    if (shape.target.cudaDevice >= 0) return {{{4096, 32768}, {4096, 8192}, {512, 32768}}};
    // On a CPU a call of a large model takes a second at 1024 queries.
    const bool isSmall = shape.heads * shape.headDim <= 1024;
    const std::int64_t usual = isSmall ? 1024 : 384;
    return {{{usual, 8192}, {usual, 2048}, {128, 8192}}};
}

/// One size of call on made-up inputs, and the best times so far.
class CallBench {
  public:
    CallBench(const CostShape& shape, const AttentionKernels& kernels,
              const BlockSelector& selector, CallSize size, const std::stop_token& stop)
        : kernels_(kernels), selector_(selector), size_(size), stop_(stop) {
        const auto options =
            at::TensorOptions().dtype(typeOf(shape.target)).device(deviceOf(shape.target));
        q_ = at::randn({size.queries, shape.heads, shape.headDim}, options).transpose(0, 1);
        k_ = at::randn({shape.kvHeads, size.keys, shape.headDim}, options);
        v_ = at::randn({shape.kvHeads, size.keys, shape.headDim}, options);
        scale_ = 1.0F / std::sqrt(static_cast<float>(shape.headDim));
        const std::int64_t rows = size.queries / kernels::kBlockSize;
        const std::int64_t firstBlock = (size.keys - size.queries) / kernels::kBlockSize;
        blocks_ = uniformBlocks(shape.heads, rows, firstBlock, kDensity);
        const double keptBlocks = blocks_.counts.sum().item<double>() / shape.heads;
        blocks_.columns = blocks_.columns.to(q_.device());
        blocks_.counts = blocks_.counts.to(q_.device());
        // The block on the diagonal is half hidden, but costs as a whole one in both ways.
        const double visibleBlocks =
            static_cast<double>(rows) *
            (static_cast<double>(firstBlock) + static_cast<double>(rows + 1) / 2);
        keptShare_ = keptBlocks / visibleBlocks;
    }

    /// Every kind of work once. Returns the milliseconds spent.
    double round() {
        const AttentionCall call{.q = q_, .k = k_, .v = v_, .scale = scale_, .stop = stop_};
        return keepBest(denseMs_, [&] { kernels_.dense(call); }) +
               keepBest(selectionMs_, [&] { selector_.select(call, kNoDenseRows); }) +
               keepBest(sparseMs_, [&] { kernels_.sparse(call, blocks_); });
    }

    void forgetTimes() { denseMs_ = selectionMs_ = sparseMs_ = kNever; }

    TimedCall dense() const { return {keys(), pairs(), denseMs_}; }

    TimedCall selection() const { return {keys(), pairs(), selectionMs_}; }

    TimedCall sparse() const { return {keys(), pairs() * keptShare_, sparseMs_}; }

  private:
    static constexpr std::int64_t kNoDenseRows = std::numeric_limits<std::int64_t>::max();
    static constexpr double kNever = std::numeric_limits<double>::infinity();

    template <class Work>
    double keepBest(double& best, const Work& work) const {
        const WorkMark begin = kernels_.mark(q_.device());
        work();
        const double ms = elapsedMs(begin, kernels_.mark(q_.device()));
        best = std::min(best, ms);
        return ms;
    }

    double keys() const { return static_cast<double>(size_.keys); }

    double pairs() const {
        return AttentionCosts::visiblePairs(static_cast<double>(size_.queries), keys());
    }

    const AttentionKernels& kernels_;
    const BlockSelector& selector_;
    CallSize size_;
    std::stop_token stop_;
    at::Tensor q_, k_, v_;
    float scale_ = 0;
    SelectedBlocks blocks_;
    double keptShare_ = 0;
    double denseMs_ = kNever, selectionMs_ = kNever, sparseMs_ = kNever;
};

/// The fitted costs of all rounds. Throws what torch throws.
AttentionCosts measured(const CostShape& shape, const AttentionKernels& kernels,
                        const BlockSelector& selector, const std::stop_token& stop) {
    std::vector<CallBench> benches;
    for (const CallSize& size : callSizes(shape))
        benches.emplace_back(shape, kernels, selector, size, stop);
    const auto round = [&] {
        double spentMs = 0;
        for (CallBench& bench : benches) spentMs += bench.round();
        return spentMs;
    };
    round();
    for (CallBench& bench : benches) bench.forgetTimes();
    double spentMs = 0;
    for (int rounds = 0; !stop.stop_requested() && (rounds < 3 || spentMs < kBudgetMs); ++rounds) {
        spentMs += round();
    }
    std::vector<TimedCall> dense, selection, sparse;
    for (const CallBench& bench : benches) {
        dense.push_back(bench.dense());
        selection.push_back(bench.selection());
        sparse.push_back(bench.sparse());
    }
    // Attention packs all keys too, but dense and sparse do so alike, which decides nothing.
    dense.pop_back();
    sparse.pop_back();
    AttentionCosts costs{CallCost::fit(dense, false), CallCost::fit(selection, true),
                         CallCost::fit(sparse, false)};
    // Both attend by the same code: a block in a list is never cheaper than the same one without.
    costs.sparse.nsPerPair = std::max(costs.sparse.nsPerPair, costs.dense.nsPerPair);
    return costs;
}

}  // namespace

AttentionCosts measureAttentionCosts(const CostShape& shape, const AttentionKernels& kernels,
                                     const BlockSelector& selector, std::stop_token stop) {
    const c10::InferenceMode inference;
    const std::string where =
        shape.target.cudaDevice < 0 ? "the CPU" : "card " + std::to_string(shape.target.cudaDevice);
    try {
        return measured(shape, kernels, selector, stop);
    } catch (const c10::OutOfMemoryError&) {
        throw Error(ErrorCode::kMemory, "no memory on " + where + " to time attention with");
    } catch (const c10::Error& error) {
        // A card that torch's build does not serve, or that went away; of many lines the first.
        const std::string all = error.what_without_backtrace();
        throw Error(ErrorCode::kDevice,
                    "torch refused to compute on " + where + ": " + all.substr(0, all.find('\n')));
    }
}

}  // namespace reelquery
