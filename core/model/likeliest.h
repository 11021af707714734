#pragma once
// The likeliest tokens without putting a vocabulary in order: selection instead of sorting, so that
// a token costs a few comparisons for each id, not log(ids) of them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reelquery {

/// Cuts `ids` down to the first `count` of the order `before` (strict, total), in no order.
template <class Before>
void keepFirst(std::vector<std::size_t>& ids, std::size_t count, const Before& before) {
    if (count >= ids.size()) return;
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(ids.begin(), end, ids.end(), before);
    ids.erase(end, ids.end());
}

/// Nucleus (top-p): cuts ids from the end of the order `before` while what is cut weighs at most
/// `most`; at least one stays, in no order. weightOf(id) >= 0, not larger for later ids.
/// Halves are split off by selection, so the whole takes time in proportion to the ids.
template <class Before, class WeightOf>
void cutTail(std::vector<std::size_t>& ids, double most, const Before& before,
             const WeightOf& weightOf) {
    constexpr std::ptrdiff_t kFew = 64;          // put in order and weighed one by one
    auto first = ids.begin(), last = ids.end();  // the cut lies here; all behind is cut
    double cut = 0;
    while (last - first > kFew) {
        const auto middle = first + (last - first) / 2;
        std::nth_element(first, middle, last, before);
        double tail = 0;
        for (auto id = middle; id != last; ++id) tail += weightOf(*id);
        if (cut + tail <= most) {
            cut += tail;
            last = middle;
        } else {
            first = middle;
        }
    }
    std::sort(first, last, before);
    while (last != first) {
        cut += weightOf(*(last - 1));
        if (cut > most) break;
        --last;
    }
    if (last == ids.begin()) ++last;
    ids.erase(last, ids.end());
}

}  // namespace reelquery
