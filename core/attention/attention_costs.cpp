#include "core/attention/attention_costs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace reelquery {

namespace {

constexpr std::array kParts = {&CallCost::nsPerCall, &CallCost::nsPerKey, &CallCost::nsPerPair};
constexpr std::size_t kCount = kParts.size();
/// A column of length 1 whose part apart from the others is shorter tells nothing of its own.
constexpr double kLeastPivot = 1e-10;

using Column = std::array<double, kCount>;

/// Normal equations of the least squares of relative errors: the columns, each scaled to length 1,
/// say what share of each call's measured time a cost stands for; the wanted sums are 1.
struct NormalEquations {
    std::array<Column, kCount> products{};  ///< of columns with columns
    Column wanted{};                        ///< of columns with the ones
    Column length{};                        ///< of the columns before scaling

    explicit NormalEquations(std::span<const TimedCall> calls) {
        const auto shareOf = [](const TimedCall& call, std::size_t part) {
            const std::array times = {1.0, call.keys, call.pairs};
            return times[part] * 1e-6 / call.ms;
        };
        for (const TimedCall& call : calls) {
            for (std::size_t i = 0; i < kCount; ++i)
                length[i] += shareOf(call, i) * shareOf(call, i);
        }
        for (double& squared : length) squared = std::sqrt(squared);
        for (const TimedCall& call : calls) {
            for (std::size_t i = 0; i < kCount; ++i) {
                const double own = shareOf(call, i) / length[i];
                wanted[i] += own;
                for (std::size_t j = 0; j < kCount; ++j)
                    products[i][j] += own * shareOf(call, j) / length[j];
            }
        }
    }

    /// Solves for the parts in `used`, the others being 0. False where they do not tell apart.
    bool solve(unsigned used, Column& solution) const {
        auto rows = products;
        solution = wanted;
        for (std::size_t i = 0; i < kCount; ++i) {
            if (used >> i & 1) continue;
            rows[i] = {};
            for (Column& row : rows) row[i] = 0;
            rows[i][i] = 1;
            solution[i] = 0;
        }
        // Positive definite where it can be solved: no pivoting.
        for (std::size_t i = 0; i < kCount; ++i) {
            if (rows[i][i] < kLeastPivot) return false;
            for (std::size_t j = i + 1; j < kCount; ++j) {
                const double factor = rows[j][i] / rows[i][i];
                for (std::size_t k = i; k < kCount; ++k) rows[j][k] -= factor * rows[i][k];
                solution[j] -= factor * solution[i];
            }
        }
        for (std::size_t i = kCount; i-- > 0;) {
            for (std::size_t k = i + 1; k < kCount; ++k) solution[i] -= rows[i][k] * solution[k];
            solution[i] /= rows[i][i];
        }
        return true;
    }

    /// Sum of squared errors, up to a constant.
    double error(const Column& x) const {
        double sum = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            sum -= 2 * x[i] * wanted[i];
            for (std::size_t j = 0; j < kCount; ++j) sum += x[i] * products[i][j] * x[j];
        }
        return sum;
    }
};

}  // namespace

CallCost CallCost::fit(std::span<const TimedCall> calls, bool withKeys) {
    // The best solution without negative costs is the best of some subset of the costs with the
    // others at zero. There are eight.
    const NormalEquations equations(calls);
    Column best{};
    double least = std::numeric_limits<double>::infinity();
    for (unsigned used = 0; used < 1U << kCount; ++used) {
        if (!withKeys && (used & 2)) continue;
        Column solution;
        if (!equations.solve(used, solution)) continue;
        if (std::any_of(solution.begin(), solution.end(), [](double x) { return x < 0; })) continue;
        const double error = equations.error(solution);
        if (error >= least) continue;
        least = error;
        best = solution;
    }
    CallCost cost;
    for (std::size_t i = 0; i < kCount; ++i) cost.*kParts[i] = best[i] / equations.length[i];
    return cost;
}

double AttentionCosts::denseMs(double queries, double keys) const {
    return dense.ms(keys, visiblePairs(queries, keys));
}

double AttentionCosts::selectionMs(double queries, double keys) const {
    return selection.ms(keys, visiblePairs(queries, keys));
}

double AttentionCosts::keptMs(double queries, double keys, double density) const {
    return sparse.ms(keys, density * visiblePairs(queries, keys));
}

}  // namespace reelquery
