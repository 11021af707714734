#pragma once
// Block estimates from torch's operations, for selectors that no kernel of ours serves yet. Slow
// beside kernels/: for comparisons of what is chosen. Estimates are float32 on the call's device;
// what they come to is chosen on the processor.
// Symbols: Hq query heads, Lq queries, Lk keys, NQ query blocks, NK key blocks.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/attention/attention_backend.h"
#include "core/attention/selector_table.h"

namespace reelquery {

/// Softmax over the blocks that a row sees of scale * (mean query of the row's block) . (mean key
/// of a block), means over the tokens that exist. [Hq, NQ, NK] float32, 0 where not visible; rows
/// sum to 1.
at::Tensor pooledMass(const AttentionCall& call);

/// The same for one row made of the last block's worth of queries (fewer where there are fewer).
/// [Hq, NK].
at::Tensor lastPooledMass(const AttentionCall& call);

/// Weights of the last `count` queries (fewer where there are fewer), softmax over the keys that
/// each sees. [Hq, count, Lk] float32.
at::Tensor lastWeights(const AttentionCall& call, std::int64_t count);

/// Mass of every block, from weights of a row's queries [begin, end) over the keys: one row at a
/// time, so that those of a call never exist as a whole. weightsOf: (query head, begin, end) to
/// [ceil(Lk / step)] float32, one of every `step` tokens; step divides the block. begin, end:
/// positions among the keys. [Hq, NQ, NK].
using RowWeights = std::function<at::Tensor(int, std::int64_t, std::int64_t)>;
at::Tensor massByRows(const AttentionCall& call, std::int64_t step, const RowWeights& weightsOf);

/// The strongest columns and diagonals of an estimate, in blocks.
struct LinesOfHead {
    std::vector<std::uint8_t> columns;    ///< [NK]: every row keeps this block
    std::vector<std::uint8_t> diagonals;  ///< [NK]: rows keep the block so far before their own

    /// keep becomes [visible]: which blocks of a row lie on a line.
    void putInto(std::vector<std::uint8_t>& keep, std::int64_t self, std::int64_t visible) const;
};

/// weights: [count, Lk] of one head of a causal call, whose last row is the last query. Of the
/// weights summed over the queries, n keys at least hold `share`: then the n / 128 + 1 blocks of
/// keys with the largest sums are kept, the first among them. The same along the diagonals, with
/// blocks of distances between query and key. This is how FlexPrefill's authors bring lines of
/// tokens into blocks.
LinesOfHead strongestLines(const at::Tensor& weights, double share);

/// What these selectors share: the threshold, and what is forced.
class PooledSelector : public BlockSelector {
  public:
    /// word: as the table names it.
    PooledSelector(const SelectorRequest& request, const char* word);

    std::int64_t forcedBlocks(bool causal) const override;
    std::string name() const override;
    std::string whyNot(bool bfloat16, int headDim) const override;

    std::string costKey() const override { return word_; }

  protected:
    /// Why calls like this cannot be served; empty where they can.
    virtual std::string whyNotCausal(bool) const { return {}; }

    /// Error{kInternal} for a call that whyNotCausal() refuses.
    void requireServed(const AttentionCall& call) const;

    const SelectorOptions& options() const { return options_; }

    double threshold() const { return options_.threshold.value_or(kDefaultThreshold); }

  private:
    SelectorOptions options_;
    const char* word_;
    std::shared_ptr<const AttentionKernels> kernels_;
};

/// A selector that gives every block a row sees a mass and keeps the largest, and what is forced,
/// until they hold the threshold of the row's sum.
class MassSelector : public PooledSelector {
  public:
    using PooledSelector::PooledSelector;

    SelectedBlocks select(const AttentionCall& call, std::int64_t denseFromPosition) const override;

  protected:
    /// [Hq, NQ, NK] float32, contiguous; 0 or more, and 0 where a row sees nothing of the block.
    virtual at::Tensor massOf(const AttentionCall& call) const = 0;
};

}  // namespace reelquery
