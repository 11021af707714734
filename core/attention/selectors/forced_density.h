#pragma once
// Block lists of a wanted density instead of chosen ones, so that the cost of sparse attention can
// be measured where random weights would choose nothing like a real model.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/attention/block_selector.h"

namespace reelquery {

/// Another selector, which runs and so costs its time, but with random lists (uniform_blocks.h) in
/// place of its own, also for the rows that would stay dense. They are made once per shape, so only
/// a first pass pays for making them. Causal calls of one model.
class ForcedDensitySelector final : public BlockSelector {
  public:
    ForcedDensitySelector(std::unique_ptr<BlockSelector> selector, double density);

    SelectedBlocks select(const AttentionCall& call, std::int64_t denseFromPosition) const override;

    std::int64_t forcedBlocks(bool causal) const override {
        return selector_->forcedBlocks(causal);
    }

    std::string name() const override { return selector_->name(); }

    std::string whyNot(bool bfloat16, int headDim) const override {
        return selector_->whyNot(bfloat16, headDim);
    }

    std::string costKey() const override { return selector_->costKey(); }

  private:
    using ChunkPlace = std::pair<std::int64_t, std::int64_t>;  // Lq, Lk

    std::unique_ptr<BlockSelector> selector_;
    double density_;
    mutable std::map<ChunkPlace, SelectedBlocks> lists_;  // heads never differ
};

}  // namespace reelquery
