#pragma once
// Block lists of a wanted density instead of chosen ones, so that the cost of sparse attention can
// be measured where random weights would choose nothing like a real model.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/attention/attention_kernels.h"

namespace reelquery {

/// Another device's kernels whose select() runs, and so costs its time, but returns random lists
/// (uniform_blocks.h). They are made once per shape, so only a first pass pays for making them.
class ForcedDensityKernels final : public AttentionKernels {
  public:
    ForcedDensityKernels(std::unique_ptr<AttentionKernels> kernels, double density);

    at::Tensor dense(const AttentionCall& call) const override { return kernels_->dense(call); }

    SelectedBlocks select(const AttentionCall& call,
                          const kernels::SelectionParams& params) const override;

    at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const override {
        return kernels_->sparse(call, blocks);
    }

    WorkMark mark() const override { return kernels_->mark(); }

    std::string whyNotSparse(bool bfloat16, int headDim) const override {
        return kernels_->whyNotSparse(bfloat16, headDim);
    }

  private:
    using ChunkPlace = std::pair<std::int64_t, std::int64_t>;  // Lq, Lk

    std::unique_ptr<AttentionKernels> kernels_;
    double density_;
    mutable std::map<ChunkPlace, SelectedBlocks> lists_;  // of one model: heads never differ
};

}  // namespace reelquery
