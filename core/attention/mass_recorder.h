#pragma once
// Dense attention of a few rows that also tells where its mass went.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/attention/attention_backend.h"

namespace reelquery {

/// A run of keys cut into equal groups, e.g. the tokens of a video into its frame pairs.
struct KeyRun {
    std::int64_t begin = 0, end = 0;
    std::int64_t groups = 1;  ///< divides end - begin
};

/// Computes every call densely in float32 and keeps, per layer, head and group of keys, the largest
/// softmax mass that any row gives to the group. For short calls over a long cache: the
/// probabilities of one key/value head exist as a whole, (Hq / Hkv) * Lq * Lk * 4 bytes. Any device
/// that torch serves.
class MassRecorder final : public AttentionBackend {
  public:
    /// runs: in order, apart from each other, before the keys that calls add. Layers before
    /// `firstLayer` are computed and not recorded; without runs none is.
    explicit MassRecorder(const std::vector<KeyRun>& runs, int firstLayer = 0);

    at::Tensor attend(const AttentionCall& call, AttentionStats* stats) const override;

    std::string name() const override { return "dense, recording"; }

    /// Per layer from the first recorded one on [Hq, groups] float32 on the CPU, over the rows of
    /// all calls so far; groups of all runs, in order; from 0 to 1.
    const std::vector<at::Tensor>& massPerLayer() const { return mass_; }

  private:
    const int firstLayer_;
    at::Tensor begins_, ends_;              // [groups] int64, keys
    mutable std::vector<at::Tensor> mass_;  // attend() is not concurrent
};

}  // namespace reelquery
