#pragma once
// Dense attention of a few rows that also tells where its mass went.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/attention/attention_backend.h"
#include "kernels/attention_params.h"

namespace reelquery {

/// A run of keys cut into equal groups, e.g. the tokens of a video into its frame pairs.
struct KeyRun {
    std::int64_t begin = 0, end = 0;
    std::int64_t groups = 1;  ///< divides end - begin
};

/// Bytes that one slice of a recorded call may take; a slice is one row where that takes more.
inline constexpr std::int64_t kMassSliceBytes = std::int64_t{128} << 20;

/// Computes every call densely in float32 and keeps, per layer, head and group of keys, the largest
/// softmax mass that any row gives to the group. For short calls over a long cache: it takes as
/// many rows at a time as kMassSliceBytes holds. Any device that torch serves.
class MassRecorder final : public AttentionBackend {
  public:
    /// runs: in order, apart from each other, before the keys that calls add. Layers before
    /// `firstLayer` are computed and not recorded; without runs none is. sliceBytes: for tests.
    explicit MassRecorder(const std::vector<KeyRun>& runs, int firstLayer = 0,
                          std::int64_t sliceBytes = kMassSliceBytes);

    at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override;

    std::string name() const override { return "dense, recording"; }

    /// Per layer from the first recorded one on [Hq, groups] float32 on the CPU, over the rows of
    /// all calls so far; groups of all runs, in order; from 0 to 1.
    const std::vector<at::Tensor>& massPerLayer() const { return mass_; }

  private:
    const int firstLayer_;
    const std::int64_t sliceBytes_;
    at::Tensor begins_, ends_;              // [groups] int64, keys
    mutable std::vector<at::Tensor> mass_;  // attend() is not concurrent
};

/// The most memory that a recorder of so many groups holds at once during a call of this shape,
/// beside inputs, output and the masses that it keeps (layers * Hq * groups floats): a slice and,
/// for bf16, one key/value head in float32.
std::int64_t massScratchBytes(const kernels::AttentionShape& shape, std::int64_t groups,
                              std::int64_t sliceBytes = kMassSliceBytes);

}  // namespace reelquery
