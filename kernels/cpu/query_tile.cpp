#include "kernels/cpu/query_tile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reelquery::kernels {

namespace {

// Rows come in whole tiles.
std::size_t padded(const TileKernels& tiles, int rows) {
    return static_cast<std::size_t>(rows + tiles.tileRows - 1) / tiles.tileRows * tiles.tileRows;
}

}  // namespace

QueryTile::QueryTile(const TileKernels& tiles, const AttentionShape& shape, Workspace& workspace,
                     int capacity)
    : tiles_(tiles),
      shape_(tiles, shape.headDim),
      headDim_(shape.headDim),
      scaleLog2_(shape.scale * std::numbers::log2e_v<float>),
      q_(workspace.take<std::uint32_t>(padded(tiles, capacity) * shape_.qUnits)),
      rowMax_(workspace.take<float>(padded(tiles, capacity))),
      rowSum_(workspace.take<float>(padded(tiles, capacity) * tiles.lanes)),
      out_(workspace.take<float>(padded(tiles, capacity) * shape_.valueColumns)),
      scores_(workspace.take<float>(static_cast<std::size_t>(kTileStripRows) * kTileKeys)),
      rescale_(workspace.take<float>(kTileStripRows)),
      limits_(workspace.take<std::int32_t>(padded(tiles, capacity))) {}

void QueryTile::start(int rows) {
    rows_ = rows;
    padded_ = static_cast<int>(padded(tiles_, rows));
    std::fill_n(q_ + static_cast<std::size_t>(rows) * shape_.qUnits,
                static_cast<std::size_t>(padded_ - rows) * shape_.qUnits, 0u);
    std::fill_n(rowMax_, padded_, -INFINITY);
    std::fill_n(rowSum_, padded_ * tiles_.lanes, 0.0f);
    std::fill_n(out_, static_cast<std::size_t>(padded_) * shape_.valueColumns, 0.0f);
}

void QueryTile::setQueries(int first, const SourceRows& source) {
    packRows(source, tiles_.unitElements, q_ + static_cast<std::size_t>(first) * shape_.qUnits,
             shape_.qUnits);
}

void QueryTile::addBlock(const std::uint32_t* k, const std::uint32_t* v, bool limited,
                         bool spoiled) {
    if (limited) std::fill(limits_ + rows_, limits_ + padded_, 0);
    AttendBlock block;
    block.q = q_;
    block.k = k;
    block.v = v;
    block.limits = limited ? limits_ : nullptr;
    block.spoiled = spoiled;
    block.rows = padded_;
    block.qUnits = shape_.qUnits;
    block.valueColumns = shape_.valueColumns;
    block.scaleLog2 = scaleLog2_;
    block.rowMax = rowMax_;
    block.rowSum = rowSum_;
    block.out = out_;
    block.scores = scores_;
    block.rescale = rescale_;
    tiles_.attendBlock(block);
}

void QueryTile::merge(const QueryTile& other) {
    for (int r = 0; r < rows_; ++r) {
        const float now = std::max(rowMax_[r], other.rowMax_[r]);
        if (now == -INFINITY) continue;
        const float mine = std::exp2((rowMax_[r] - now) * scaleLog2_);
        const float theirs = std::exp2((other.rowMax_[r] - now) * scaleLog2_);
        rowMax_[r] = now;
        const auto blend = [&](float* to, const float* from, int width) {
            float* a = to + static_cast<std::size_t>(r) * width;
            const float* b = from + static_cast<std::size_t>(r) * width;
            for (int i = 0; i < width; ++i) a[i] = a[i] * mine + b[i] * theirs;
        };
        blend(rowSum_, other.rowSum_, tiles_.lanes);
        blend(out_, other.out_, shape_.valueColumns);
    }
}

void QueryTile::write(int first, int count, const MutableHeadsView& out, Dtype dtype, int head,
                      std::int64_t token) const {
    const std::int64_t start = head * out.headStride + token * out.tokenStride;
    WriteRows rows;
    rows.out = out_ + static_cast<std::size_t>(first) * shape_.valueColumns;
    rows.sums = rowSum_ + static_cast<std::size_t>(first) * tiles_.lanes;
    rows.rows = count;
    rows.dim = headDim_;
    rows.valueColumns = shape_.valueColumns;
    rows.toBf16 = dtype == Dtype::kBfloat16;
    rows.to = rows.toBf16 ? static_cast<void*>(static_cast<std::uint16_t*>(out.data) + start)
                          : static_cast<float*>(out.data) + start;
    rows.toStride = out.tokenStride;
    tiles_.writeRows(rows);
}

}  // namespace reelquery::kernels
