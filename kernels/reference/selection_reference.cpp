#include "kernels/reference/selection_reference.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace reelquery::kernels::reference {

namespace {

bool isForced(std::int64_t column, std::int64_t self, bool causal, bool compat,
              const SelectionParams& params) {
    if (compat) return column == self;
    return column < params.sinkBlocks || (causal && column > self - params.recentBlocks);
}

// The columns of one row that are kept. mass: [visible]; self: the row's own global block index.
std::vector<bool> selectRow(const std::vector<float>& mass, std::int64_t self, bool causal,
                            bool compat, double threshold, const SelectionParams& params) {
    const std::int64_t visible = static_cast<std::int64_t>(mass.size());
    double total = 0, kept = 0;
    std::vector<bool> keep(mass.size(), false);
    std::vector<std::int64_t> others;
    for (std::int64_t j = 0; j < visible; ++j) {
        total += mass[j];
        keep[j] = isForced(j, self, causal, compat, params);
        if (keep[j])
            kept += mass[j];
        else
            others.push_back(j);
    }
    if (threshold >= 1 || !std::isfinite(total)) return std::vector<bool>(mass.size(), true);

    std::sort(others.begin(), others.end(), [&](std::int64_t a, std::int64_t b) {
        if (mass[a] != mass[b]) return mass[a] > mass[b];
        if (std::abs(a - self) != std::abs(b - self))
            return std::abs(a - self) < std::abs(b - self);
        return a < b;
    });
    const double need = threshold * total;
    double before = compat ? 0 : kept;
    for (std::size_t n = 0; n < others.size() && before < need; ++n) {
        keep[others[n]] = true;
        kept += mass[others[n]];
        before = compat ? kept - mass[others[n]] : kept;
    }
    keep[0] = true;
    return keep;
}

}  // namespace

SelectedBlocks selectBlocks(const BlockMass& mass, const AttentionShape& shape,
                            const SelectionParams& params, std::int64_t compatRows) {
    SelectedBlocks out;
    out.pitch = mass.columns;
    for (int h = 0; h < shape.heads; ++h) {
        const double threshold =
            params.thresholdPerHead ? params.thresholdPerHead[h] : params.threshold;
        for (std::int64_t r = 0; r < mass.rows; ++r) {
            const std::int64_t self = firstQueryBlock(shape) + r;
            const std::int64_t visible = shape.causal ? self + 1 : mass.columns;
            const std::int64_t lastQuery =
                std::min((self + 1) * kBlockSize, shape.queryOffset() + shape.queries) - 1;
            const double* row = mass.row(h, r);
            const bool dense = lastQuery >= params.denseFromPosition;
            const bool compat = compatRows > 0 && (r < compatRows || self == 0);
            const std::vector<bool> keep =
                selectRow(std::vector<float>(row, row + visible), self, shape.causal, compat,
                          dense ? 1.0 : threshold, params);
            std::int32_t count = 0;
            for (std::int64_t j = 0; j < mass.columns; ++j) {
                const bool in = j < visible && keep[static_cast<std::size_t>(j)];
                if (in) ++count;
                if (in) out.columns.push_back(static_cast<std::uint16_t>(j));
            }
            out.columns.resize(out.counts.size() * out.pitch + out.pitch, 0);
            out.counts.push_back(count);
        }
    }
    return out;
}

}  // namespace reelquery::kernels::reference
