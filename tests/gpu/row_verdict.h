#pragma once
// Whether one row of attention is right: a yardstick for every row of its own. (Rows of few keys
// are ten times larger than rows of many, so one yardstick for a whole call would let a late row
// lose a block of keys unseen.) Plain C++17, so that tests without a card can judge it too.

#include <cmath>
#include <cstddef>

namespace reelquery::test {

/// The errors of a row are root mean squares over its values, which for 128 values of one
/// distribution lie within a few percent of each other, where the largest of them scatter.
struct RowVerdict {
    double error = 0;        ///< against the exact row
    double yardstick = 0;    ///< of the exact row with weights and result rounded to bf16
    bool sameFinite = true;  ///< NaN and Inf stand exactly where they must
    bool passed = false;
};

/// A correct kernel rounds other numbers than the yardstick does: its weights are relative to the
/// running maximum. Where two keys carry a row that is up to twice the yardstick.
inline constexpr double kRowTolerance = 3;

/// got, exact, rounded: `dim` values each. Values that must be NaN or Inf may be either.
template <class Got>
RowVerdict judgeRow(const Got& got, const double* exact, const double* rounded, int dim) {
    RowVerdict verdict;
    double errors = 0, yardsticks = 0;
    for (int d = 0; d < dim; ++d) {
        const double value = got(d);
        if (std::isfinite(value) != std::isfinite(exact[d])) verdict.sameFinite = false;
        if (!std::isfinite(value) || !std::isfinite(exact[d])) continue;
        errors += (value - exact[d]) * (value - exact[d]);
        yardsticks += (rounded[d] - exact[d]) * (rounded[d] - exact[d]);
    }
    verdict.error = std::sqrt(errors / dim);
    verdict.yardstick = std::sqrt(yardsticks / dim);
    verdict.passed =
        verdict.sameFinite && verdict.error <= kRowTolerance * verdict.yardstick + 1e-7;
    return verdict;
}

}  // namespace reelquery::test
