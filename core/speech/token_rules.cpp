#include "core/speech/token_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reelquery {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

void mask(std::span<float> row, TokenId from, TokenId to) {
    const auto begin = std::max<TokenId>(from, 0);
    const auto end = std::min(to, static_cast<TokenId>(row.size()));
    if (begin < end) std::fill(row.begin() + begin, row.begin() + end, kNever);
}

}  // namespace

void applyTimeRules(std::span<float> row, const std::vector<TokenId>& said,
                    const TimeRules& rules) {
    const auto isTime = [&](TokenId id) { return id >= rules.timesBegin; };
    const auto all = static_cast<TokenId>(row.size());
    row[static_cast<std::size_t>(rules.noTimes)] = kNever;
    const bool lastIsTime = !said.empty() && isTime(said.back());
    const bool oneBeforeIsTime = said.size() < 2 || isTime(said[said.size() - 2]);
    if (lastIsTime && oneBeforeIsTime) mask(row, rules.timesBegin, all);  // text has to come
    if (lastIsTime && !oneBeforeIsTime) mask(row, 0, rules.endOfText);  // a second time, or the end
    const auto lastTime = std::find_if(said.rbegin(), said.rend(), isTime);
    if (lastTime != said.rend()) {
        const bool mayRepeat = lastIsTime && !oneBeforeIsTime;
        mask(row, rules.timesBegin, *lastTime + (mayRepeat ? 0 : 1));
    }
    if (said.empty()) {
        mask(row, 0, rules.timesBegin);
        if (rules.latestFirst) mask(row, rules.timesBegin + *rules.latestFirst + 1, all);
    }
    const auto times = row.subspan(static_cast<std::size_t>(rules.timesBegin));
    const auto others = row.first(static_cast<std::size_t>(rules.timesBegin));
    if (logSumExp(times) > *std::max_element(others.begin(), others.end())) {
        mask(row, 0, rules.timesBegin);
    }
}

void maskTokens(std::span<float> row, const std::vector<TokenId>& tokens) {
    for (const TokenId id : tokens) row[static_cast<std::size_t>(id)] = kNever;
}

double logSumExp(std::span<const float> row) {
    const float greatest = *std::max_element(row.begin(), row.end());
    if (!std::isfinite(greatest)) return greatest;
    double sum = 0;
    for (const float value : row) {
        if (value != kNever) sum += std::exp(static_cast<double>(value - greatest));
    }
    return greatest + std::log(sum);
}

TokenId likeliest(std::span<const float> row) {
    return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin());
}

TokenId drawToken(std::span<const float> row, double temperature, double u) {
    const auto divisor = static_cast<float>(temperature);
    const float greatest = *std::max_element(row.begin(), row.end()) / divisor;
    std::vector<double> weights(row.size());
    double sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        weights[i] = std::exp(static_cast<double>(row[i] / divisor) - greatest);
        sum += weights[i];
    }
    double running = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        running += weights[i] / sum;
        if (running > u) return static_cast<TokenId>(i);
    }
    return likeliest(row);  // u is within rounding of 1
}

double drawNumber(std::uint64_t seed, std::uint64_t window, std::uint64_t attempt,
                  std::uint64_t token) {
    std::uint64_t z = (seed << 48) + (window << 32) + (attempt << 24) + token;
    z += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return std::ldexp(static_cast<double>((z ^ (z >> 31)) >> 11), -53);
}

}  // namespace reelquery
