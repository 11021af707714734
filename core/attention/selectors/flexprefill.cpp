// FlexPrefill (arXiv 2502.20766): for each head the last block of queries decides. Where mean
// pooling foretells its block masses well (the root of the Jensen-Shannon divergence is below
// 0.1), the head keeps the strongest blocks of all its rows by mean pooling until the threshold of
// their sum; elsewhere vertical and slash lines. Not taken over: its least budget of tokens.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/attention/selectors/pooled.h"
#include "core/attention/selectors/row_lists.h"

namespace reelquery {

namespace {

constexpr double kLargestDistance = 0.1;  // the paper's tau

using Distribution = std::vector<double>;

// Where a head's weights of its last queries fall, block by block.
Distribution blockShares(const at::Tensor& weights, std::int64_t blocks) {
    const at::Tensor sums = weights.sum(0).to(at::kDouble);
    const double* sum = sums.const_data_ptr<double>();
    Distribution shares(static_cast<std::size_t>(blocks), 0);
    for (std::int64_t j = 0; j < sums.numel(); ++j)
        shares[static_cast<std::size_t>(j / kernels::kBlockSize)] += sum[j];
    const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= total;
    return shares;
}

double jensenShannonDistance(const Distribution& a, const Distribution& b) {
    double divergence = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double middle = (a[j] + b[j]) / 2;
        if (a[j] > 0) divergence += a[j] / 2 * std::log(a[j] / middle);
        if (b[j] > 0) divergence += b[j] / 2 * std::log(b[j] / middle);
    }
    return std::sqrt(std::max(0.0, divergence));
}

class FlexPrefillSelector final : public PooledSelector {
  public:
    using PooledSelector::PooledSelector;

    SelectedBlocks select(const AttentionCall& call,
                          std::int64_t denseFromPosition) const override {
        requireServed(call);
        RowLists rows(call, options(), denseFromPosition);
        const at::Tensor weights = lastWeights(call, kernels::kBlockSize).cpu();
        const at::Tensor mass = pooledMass(call).cpu();          // [Hq, NQ, NK]
        const at::Tensor foretold = lastPooledMass(call).cpu();  // [Hq, NK]
        for (int head = 0; head < rows.shape().heads; ++head) {
            const float* guess = foretold.const_data_ptr<float>() + head * rows.columns();
            const double distance =
                jensenShannonDistance(Distribution(guess, guess + rows.columns()),
                                      blockShares(weights[head], rows.columns()));
            const float* values =
                mass.const_data_ptr<float>() + head * rows.rows() * rows.columns();
            if (distance < kLargestDistance)
                keepStrongest(head, values, rows);
            else
                keepLines(head, values, strongestLines(weights[head], threshold()), rows);
        }
        return std::move(rows).lists();
    }

    std::string whyNotCausal(bool causal) const override {
        return causal ? "" : "lines need a direction";
    }

  private:
    // The fewest cells of the head's whole map that hold the threshold of their sum.
    void keepStrongest(int head, const float* values, RowLists& rows) const {
        std::vector<std::int64_t> order(static_cast<std::size_t>(rows.rows() * rows.columns()));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::int64_t a, std::int64_t b) { return values[a] > values[b]; });
        std::vector<std::uint8_t> kept(order.size(), 0);
        const double need = threshold() * static_cast<double>(rows.rows());  // rows sum to 1
        double held = 0;
        for (const std::int64_t cell : order) {
            if (threshold() < 1 && held >= need) break;
            held += values[cell];
            kept[static_cast<std::size_t>(cell)] = 1;
        }
        for (std::int64_t row = 0; row < rows.rows(); ++row) {
            const auto begin = kept.begin() + row * rows.columns();
            rows.set(head, row, {begin, begin + rows.visible(row)}, values + row * rows.columns());
        }
    }

    static void keepLines(int head, const float* values, const LinesOfHead& lines, RowLists& rows) {
        std::vector<std::uint8_t> keep;
        for (std::int64_t row = 0; row < rows.rows(); ++row) {
            lines.putInto(keep, rows.self(row), rows.visible(row));
            rows.set(head, row, keep, values + row * rows.columns());
        }
    }
};

}  // namespace

std::unique_ptr<BlockSelector> makeFlexPrefillSelector(const SelectorRequest& request) {
    return std::make_unique<FlexPrefillSelector>(request, "flexprefill");
}

}  // namespace reelquery
