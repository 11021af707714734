#pragma once
// Up to 128 query rows on their way through the key blocks: their running softmax and output.

#include <cstdint>

#include "kernels/attention_params.h"
#include "kernels/cpu/kv_panels.h"
#include "kernels/cpu/packing.h"
#include "kernels/cpu/tile_kernels.h"
#include "kernels/cpu/workspace.h"

namespace reelquery::kernels {

/// Confined to one worker at a time; reused from task to task.
class QueryTile {
  public:
    static constexpr int kMaxRows = 128;

    /// capacity: the most rows it will hold, at most kMaxRows.
    QueryTile(const TileKernels& tiles, const AttentionShape& shape, Workspace& workspace,
              int capacity = kMaxRows);

    /// Starts anew with `rows` rows, all still empty.
    void start(int rows);

    /// Fills rows [first, first + source.rows).
    void setQueries(int first, const SourceRows& source);

    /// keys of the block that each row sees, [rows]; to be filled before an addBlock(..., true).
    std::int32_t* limits() { return limits_; }

    /// Attends to one packed block of 128 keys, or to the part of it that limits() allow.
    /// spoiled: whether its values are not all finite.
    void addBlock(const std::uint32_t* k, const std::uint32_t* v, bool limited, bool spoiled);

    /// Adds what another tile of the same rows gathered over other keys.
    void merge(const QueryTile& other);

    /// Writes rows [first, first + count), normalised, to a head's output from `token` on.
    /// A row that saw no key gives zeros.
    void write(int first, int count, const MutableHeadsView& out, Dtype dtype, int head,
               std::int64_t token) const;

  private:
    const TileKernels& tiles_;
    PanelShape shape_;
    int headDim_;
    float scaleLog2_;
    int rows_ = 0;    // as asked for
    int padded_ = 0;  // to whole tiles
    std::uint32_t* q_;
    float* rowMax_;
    float* rowSum_;
    float* out_;
    float* scores_;
    float* rescale_;
    std::int32_t* limits_;
};

}  // namespace reelquery::kernels
