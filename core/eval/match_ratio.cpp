#include "core/eval/match_ratio.h"

#include <algorithm>
#include <array>
#include <vector>

namespace reelquery {

namespace {

constexpr std::size_t kLongText = 200;  // from here on frequent bytes begin no run

struct Run {
    std::size_t first = 0, second = 0, length = 0;
};

class RunFinder {
  public:
    RunFinder(const std::string& first, const std::string& second)
        : first_(first), second_(second) {
        std::array<std::size_t, 256> counts = {};
        for (const char c : second) ++counts[static_cast<unsigned char>(c)];
        for (std::size_t c = 0; c < counts.size(); ++c) {
            isFrequent_[c] = second.size() >= kLongText && counts[c] > second.size() / 100 + 1;
        }
    }

    /// Bytes in matching runs of these two stretches.
    std::size_t matching(std::size_t a, std::size_t aEnd, std::size_t b, std::size_t bEnd) const {
        const Run run = longest(a, aEnd, b, bEnd);
        if (run.length == 0) return 0;
        return run.length + matching(a, run.first, b, run.second) +
               matching(run.first + run.length, aEnd, run.second + run.length, bEnd);
    }

  private:
    Run longest(std::size_t a, std::size_t aEnd, std::size_t b, std::size_t bEnd) const {
        Run best{a, b, 0};
        // lengths[j]: of the run that ends before first_[i] and at second_[j - 1].
        std::vector<std::size_t> lengths(bEnd - b + 1, 0), next(bEnd - b + 1, 0);
        for (std::size_t i = a; i < aEnd; ++i) {
            std::fill(next.begin(), next.end(), 0);
            for (std::size_t j = b; j < bEnd; ++j) {
                if (first_[i] != second_[j] || isFrequent(second_[j])) continue;
                const std::size_t length = next[j - b + 1] = lengths[j - b] + 1;
                if (length > best.length) best = {i + 1 - length, j + 1 - length, length};
            }
            lengths.swap(next);
        }
        while (best.first > a && best.second > b &&
               first_[best.first - 1] == second_[best.second - 1]) {
            --best.first;
            --best.second;
            ++best.length;
        }
        while (best.first + best.length < aEnd && best.second + best.length < bEnd &&
               first_[best.first + best.length] == second_[best.second + best.length])
            ++best.length;
        return best;
    }

    bool isFrequent(char c) const { return isFrequent_[static_cast<unsigned char>(c)]; }

    const std::string &first_, &second_;
    std::array<bool, 256> isFrequent_ = {};
};

}  // namespace

double matchRatio(const std::string& first, const std::string& second) {
    const std::size_t all = first.size() + second.size();
    if (all == 0) return 1;
    const RunFinder finder(first, second);
    return 2.0 * static_cast<double>(finder.matching(0, first.size(), 0, second.size())) /
           static_cast<double>(all);
}

}  // namespace reelquery
