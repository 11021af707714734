#pragma once
// Chooses the blocks of one row without sorting it. See Note [Which blocks a row keeps].

#include <cstdint>
#include <vector>

namespace reelquery::kernels {

struct RowRule {
    std::int64_t self = 0;         ///< the row's own global block index
    std::int64_t sinkEnd = 1;      ///< columns below it are forced
    std::int64_t recentBegin = 0;  ///< columns from it on are forced
    double threshold = 0.9;
};

/// Reusable selector; confined to one worker.
class RowSelection {
  public:
    /// mass: [visible] float32 masses. Writes the kept columns, ascending, to `columns` and returns
    /// their number. Masses are added up in double, so their order does not matter.
    std::int32_t choose(const float* mass, std::int64_t visible, const RowRule& rule,
                        std::uint16_t* columns);

    /// Share of the last row's mass that choose() kept.
    float keptShare() const { return keptShare_; }

  private:
    // Puts every column that the threshold admits into keep_.
    void admitLargest(const float* mass, double kept, double total, const RowRule& rule);

    std::vector<std::uint64_t> others_;  // sort keys: larger goes first
    std::vector<std::uint8_t> keep_;     // [visible]
    float keptShare_ = 1;
};

}  // namespace reelquery::kernels
