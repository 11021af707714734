#include "kernels/cpu/row_selection.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace reelquery::kernels {

namespace {

// Orders blocks by mass, then by nearness to the row's own index, then by the lower index. Masses
// are not negative, so their bits compare like their values.
std::uint64_t sortKey(float mass, std::int64_t column, std::int64_t self) {
    const std::int64_t rank = column <= self ? 2 * (self - column) : 2 * (column - self) + 1;
    return std::uint64_t{std::bit_cast<std::uint32_t>(mass)} << 32 |
           (0xffffffffu - static_cast<std::uint32_t>(rank));
}

std::int64_t columnOf(std::uint64_t key, std::int64_t self) {
    const std::int64_t rank = 0xffffffffu - static_cast<std::uint32_t>(key);
    return rank % 2 == 0 ? self - rank / 2 : self + rank / 2;
}

float massOf(std::uint64_t key) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(key >> 32));
}

}  // namespace

std::int32_t RowSelection::choose(const float* mass, std::int64_t visible, const RowRule& rule,
                                  std::uint16_t* columns) {
    keep_.assign(static_cast<std::size_t>(visible), 0);
    others_.clear();
    double total = 0, kept = 0;
    for (std::int64_t j = 0; j < visible; ++j) {
        total += mass[j];
        if (j < rule.sinkEnd || j >= rule.recentBegin) {
            kept += mass[j];
            keep_[static_cast<std::size_t>(j)] = 1;
        } else {
            others_.push_back(sortKey(mass[j], j, rule.self));
        }
    }
    if (rule.threshold >= 1 || !std::isfinite(total)) {
        std::fill(keep_.begin(), keep_.end(), std::uint8_t{1});
        keptShare_ = 1;
    } else {
        admitLargest(mass, kept, total, rule);
    }
    std::int32_t count = 0;
    for (std::int64_t j = 0; j < visible; ++j)
        if (keep_[static_cast<std::size_t>(j)]) columns[count++] = static_cast<std::uint16_t>(j);
    return count;
}

void RowSelection::admitLargest(const float* mass, double kept, double total, const RowRule& rule) {
    const double need = rule.threshold * total;
    // Bisection on the order: everything before `begin` is admitted with `kept` as the mass so far,
    // nothing from `end` on is. Each step orders only the half it still looks at.
    std::size_t begin = 0, end = others_.size();
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        const auto at = [&](std::size_t i) {
            return others_.begin() + static_cast<std::ptrdiff_t>(i);
        };
        std::nth_element(at(begin), at(middle), at(end), std::greater<>());
        double before = kept;
        for (std::size_t i = begin; i < middle; ++i) before += massOf(others_[i]);
        if (before < need) {
            kept = before + massOf(others_[middle]);
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    for (std::size_t i = 0; i < begin; ++i)
        keep_[static_cast<std::size_t>(columnOf(others_[i], rule.self))] = 1;
    double share = 0;
    for (std::size_t j = 0; j < keep_.size(); ++j) share += keep_[j] ? mass[j] : 0;
    keptShare_ = total > 0 ? static_cast<float>(share / total) : 1.0f;
}

}  // namespace reelquery::kernels
