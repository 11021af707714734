#include "core/speech/token_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reelquery {

namespace {

constexpr float kBarred = -std::numeric_limits<float>::infinity();

void mask(std::span<float> row, TokenId from, TokenId to) {
    const auto begin = std::max<TokenId>(from, 0);
    const auto end = std::min(to, static_cast<TokenId>(row.size()));
    if (begin < end) std::fill(row.begin() + begin, row.begin() + end, kBarred);
}

}  // namespace

TimeRules timeRulesOf(const SpeechConfig& config) {
    return {config.ids.endOfText, config.ids.noTimes, config.ids.timesBegin,
            config.latestFirstTime};
}

AllowedTokens allowedTokens(const std::vector<TokenId>& said, const TimeRules& rules,
                            TokenId vocabSize) {
    const auto isTime = [&](TokenId id) { return id >= rules.timesBegin; };
    AllowedTokens allowed{0, rules.timesBegin, vocabSize};
    if (said.empty()) {
        allowed.from = rules.timesBegin;
        if (rules.latestFirst) allowed.timesTo = rules.timesBegin + *rules.latestFirst + 1;
        return allowed;
    }
    const bool lastIsTime = isTime(said.back());
    const bool oneBeforeIsTime = said.size() < 2 || isTime(said[said.size() - 2]);
    const auto lastTime = std::find_if(said.rbegin(), said.rend(), isTime);
    if (lastIsTime && oneBeforeIsTime) {
        allowed.timesTo = allowed.timesFrom;  // text has to come
    } else if (lastIsTime) {
        allowed.from = rules.endOfText;  // a second time, perhaps the same, or the end
        allowed.timesFrom = *lastTime;
    } else if (lastTime != said.rend()) {
        allowed.timesFrom = *lastTime + 1;
    }
    return allowed;
}

void applyTimeRules(std::span<float> row, const std::vector<TokenId>& said,
                    const TimeRules& rules) {
    const auto all = static_cast<TokenId>(row.size());
    const AllowedTokens allowed = allowedTokens(said, rules, all);
    row[static_cast<std::size_t>(rules.noTimes)] = kBarred;
    mask(row, 0, allowed.from);
    mask(row, rules.timesBegin, allowed.timesFrom);
    mask(row, allowed.timesTo, all);
    const auto times = row.subspan(static_cast<std::size_t>(rules.timesBegin));
    const auto others = row.first(static_cast<std::size_t>(rules.timesBegin));
    if (logSumExp(times) > *std::max_element(others.begin(), others.end())) {
        mask(row, 0, rules.timesBegin);
    }
}

void maskTokens(std::span<float> row, const std::vector<TokenId>& tokens) {
    for (const TokenId id : tokens) row[static_cast<std::size_t>(id)] = kBarred;
}

double logSumExp(std::span<const float> row) {
    const float greatest = *std::max_element(row.begin(), row.end());
    if (!std::isfinite(greatest)) return greatest;
    double sum = 0;
    for (const float value : row) {
        if (value != kBarred) sum += std::exp(static_cast<double>(value - greatest));
    }
    return greatest + std::log(sum);
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
    const auto last = std::max_element(row.begin(), row.end());  // u is within rounding of 1
    return static_cast<TokenId>(last - row.begin());
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
