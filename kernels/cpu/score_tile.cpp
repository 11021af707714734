#include "kernels/cpu/score_tile.h"

#include <algorithm>
#include <numbers>

#include "kernels/block_layout.h"
#include "kernels/cpu/packing.h"

namespace reelquery::kernels {

namespace {

// Pooled rows are a power of two long. One cache line between them keeps the rows that a tile
// kernel reads side by side out of each other's cache sets.
constexpr int kGapUnits = 16;

std::int64_t divideUp(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

}  // namespace

PooledKeys::PooledKeys(const AttentionInputs& inputs, const TileKernels& tiles, int stride,
                       Workspace& workspace)
    : inputs_(inputs),
      tiles_(tiles),
      stride_(stride),
      columns_(divideUp(inputs.shape.keys, stride)),
      panels_(divideUp(columns_, tiles.panelColumns)),
      panelUnits_(static_cast<std::size_t>(stride) *
                  unitsFor(inputs.shape.headDim, tiles.unitElements) * tiles.panelColumns),
      data_(workspace.take<std::uint32_t>(static_cast<std::size_t>(panels_) * panelUnits_)) {}

void PooledKeys::pack(int kvHead, std::int64_t panel) {
    const AttentionShape& s = inputs_.shape;
    const std::int64_t firstKey = panel * tiles_.panelColumns * stride_;
    std::uint32_t* out = data_ + static_cast<std::size_t>(panel) * panelUnits_;
    for (int t = 0; t < stride_; ++t) {
        // Column c holds key firstKey + c * S + t, where there is one.
        const std::int64_t first = std::min(firstKey + t, s.keys);
        const int rows = static_cast<int>(
            std::min<std::int64_t>(divideUp(s.keys - first, stride_), tiles_.panelColumns));
        SourceRows source = headRows(inputs_.k, s, kvHead, first, rows);
        source.stride *= stride_;
        packTransposed(source, tiles_.unitElements, tiles_.panelColumns, out);
        out += static_cast<std::size_t>(unitsFor(s.headDim, tiles_.unitElements)) *
               tiles_.panelColumns;
    }
}

ScoreTile::ScoreTile(const AttentionInputs& inputs, const TileKernels& tiles, int stride,
                     ScorePattern pattern, const PooledKeys& keys, Workspace& workspace)
    : inputs_(inputs),
      tiles_(tiles),
      keys_(keys),
      stride_(stride),
      order_(queryOrder(pattern, stride)),
      tokenUnits_(unitsFor(inputs.shape.headDim, tiles.unitElements)),
      qStride_(std::int64_t{stride} * tokenUnits_ + kGapUnits),
      sumColumns_(std::min(kBlockSize / stride, tiles.panelColumns)),
      sumsPerPanel_(tiles.panelColumns / sumColumns_),
      q_(workspace.take<std::uint32_t>(static_cast<std::size_t>(kPooledRows * qStride_))),
      sums_(workspace.take<float>(static_cast<std::size_t>(kPooledRows) * keys.panels() *
                                  sumsPerPanel_)),
      maxima_(workspace.take<float>(static_cast<std::size_t>(kPooledRows) * keys.panels())) {}

void ScoreTile::packQueries(int head, std::int64_t firstRow) {
    const AttentionShape& s = inputs_.shape;
    const auto exists = [&](std::int64_t query) { return query >= 0 && query < s.queries; };
    const auto token = [&](std::int64_t query) { return headRows(inputs_.q, s, head, query, 1); };
    for (int row = 0; row < kPooledRows; ++row) {
        std::uint32_t* out = q_ + row * qStride_;
        for (int t = 0; t < stride_; ++t, out += tokenUnits_) {
            const std::int64_t query = (firstRow + row) * stride_ + order_[t] - s.queryOffset();
            // Tokens of a projection lie kilobytes apart, too far for the processor to guess.
            if (exists(query + stride_)) prefetchRow(token(query + stride_), 0);
            if (exists(query))
                packRows(token(query), tiles_.unitElements, out, tokenUnits_);
            else
                std::fill_n(out, tokenUnits_, 0u);
        }
    }
}

void ScoreTile::score(int head, std::int64_t tile) {
    const AttentionShape& s = inputs_.shape;
    firstRow_ = tile * kPooledRows;
    packQueries(head, firstRow_);
    const std::int64_t sees =
        s.causal ? std::min(firstRow_ + kPooledRows, keys_.columns()) : keys_.columns();
    panels_ = divideUp(sees, tiles_.panelColumns);
    ScorePanel call;
    call.q = q_;
    call.rows = kPooledRows;
    call.depthUnits = std::int64_t{stride_} * tokenUnits_;
    call.qStride = qStride_;
    call.limitStep = s.causal ? 1 : 0;
    call.sumColumns = sumColumns_;
    call.scaleLog2 = s.scale / static_cast<float>(stride_) * std::numbers::log2e_v<float>;
    call.sumStride = panels_ * sumsPerPanel_;
    call.maxStride = panels_;
    for (std::int64_t p = 0; p < panels_; ++p) {
        const std::int64_t firstColumn = p * tiles_.panelColumns;
        call.k = keys_.panel(p);
        call.columns = static_cast<int>(
            std::min<std::int64_t>(tiles_.panelColumns, keys_.columns() - firstColumn));
        call.firstLimit =
            s.causal ? static_cast<int>(firstRow_ + 1 - firstColumn) : tiles_.panelColumns;
        call.sums = sums_ + p * sumsPerPanel_;
        call.maxima = maxima_ + p;
        tiles_.scorePanel(call);
    }
}

void ScoreTile::blockMass(std::int64_t queryBlock, float* mass) {
    const AttentionShape& s = inputs_.shape;
    const std::int64_t perBlock = kBlockSize / stride_;
    const std::int64_t sumsPerBlock = perBlock / sumColumns_;
    const std::int64_t begin = std::max(queryBlock * perBlock, s.queryOffset() / stride_);
    const std::int64_t end =
        std::min((queryBlock + 1) * perBlock, divideUp(s.queryOffset() + s.queries, stride_));
    const std::int64_t sums = std::min(panels_ * sumsPerPanel_, keyBlocks(s) * sumsPerBlock);
    std::fill_n(mass, keyBlocks(s), 0.0f);
    for (std::int64_t row = begin; row < end; ++row) {
        float* factor = maxima_ + (row - firstRow_) * panels_;
        const float* sum = sums_ + (row - firstRow_) * panels_ * sumsPerPanel_;
        tiles_.exp2Shifted(factor, panels_, *std::max_element(factor, factor + panels_));
        float total = 0;
        for (std::int64_t i = 0; i < sums; ++i) total += factor[i / sumsPerPanel_] * sum[i];
        const float normalise = 1.0f / total;
        for (std::int64_t i = 0; i < sums; ++i)
            mass[i / sumsPerBlock] += factor[i / sumsPerPanel_] * sum[i] * normalise;
    }
}

}  // namespace reelquery::kernels
