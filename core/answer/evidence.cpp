#include "core/answer/evidence.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"

namespace reelquery {

namespace {

constexpr std::size_t kMostMoments = 5;
/// Height of a neighbour, as a share of the peak, that still belongs to the moment.
constexpr float kExtentShare = 0.5F;
/// A peak lower than this share of the highest, or than this many times the mean, says nothing.
constexpr float kLeastShareOfHighest = 0.05F;
constexpr float kLeastTimesMean = 2;
/// Pairs whose times differ by less than this much of a pair's length follow each other.
constexpr double kGapShare = 0.5;

bool follow(const TimeRange& step, const TimeRange& next) {
    return next.fromS - step.toS <= kGapShare * (step.toS - step.fromS);
}

}  // namespace

std::vector<float> evidenceCurve(const std::vector<double>& asked,
                                 const std::vector<double>& neutral) {
    ENSURE(asked.size() == neutral.size(), "both curves lie over the same video");
    std::vector<float> curve(asked.size());
    std::transform(asked.begin(), asked.end(), neutral.begin(), curve.begin(),
                   [](double a, double n) { return static_cast<float>(std::max(a - n, 0.0)); });
    const double sum = std::accumulate(curve.begin(), curve.end(), 0.0);
    if (sum > 0) {
        for (float& weight : curve) weight = static_cast<float>(weight / sum);
    }
    return curve;
}

std::vector<Moment> findMoments(const std::vector<TimeRange>& steps,
                                const std::vector<float>& weights) {
    ENSURE(steps.size() == weights.size(), "one weight for each step");
    std::vector<Moment> moments;
    if (weights.empty()) return moments;
    const float highest = *std::max_element(weights.begin(), weights.end());
    const float mean =
        std::accumulate(weights.begin(), weights.end(), 0.0F) / static_cast<float>(weights.size());
    const float least = std::max(kLeastShareOfHighest * highest,
                                 weights.size() > 2 ? kLeastTimesMean * mean : 0.0F);
    std::vector<bool> isTaken(weights.size(), false);
    while (moments.size() < kMostMoments) {
        std::size_t peak = weights.size();
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (!isTaken[i] && (peak == weights.size() || weights[i] > weights[peak])) peak = i;
        }
        if (peak == weights.size() || weights[peak] <= 0 || weights[peak] < least) break;
        const auto belongs = [&](std::size_t i) {
            return !isTaken[i] && weights[i] >= kExtentShare * weights[peak];
        };
        std::size_t first = peak, last = peak;
        while (first > 0 && belongs(first - 1) && follow(steps[first - 1], steps[first])) --first;
        while (last + 1 < weights.size() && belongs(last + 1) &&
               follow(steps[last], steps[last + 1])) {
            ++last;
        }
        Moment moment{steps[first].fromS, steps[last].toS, steps[peak].fromS, 0};
        for (std::size_t i = first; i <= last; ++i) moment.weight += weights[i];
        moments.push_back(moment);
        // The neighbours too, so that the slope of a peak does not become a moment of its own.
        const std::size_t end = std::min(last + 2, weights.size());
        for (std::size_t i = first > 0 ? first - 1 : 0; i < end; ++i) isTaken[i] = true;
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& a, const Moment& b) { return a.weight > b.weight; });
    return moments;
}

std::vector<SaidLine> findLines(std::vector<SaidLine> said) {
    constexpr std::size_t kMostLines = 5;
    constexpr double kLeastShareOfStrongest = 0.5;
    std::stable_sort(said.begin(), said.end(),
                     [](const SaidLine& a, const SaidLine& b) { return a.weight > b.weight; });
    if (said.empty() || said.front().weight <= 0) return {};
    const double mean = 1 / static_cast<double>(said.size());
    const double least = std::max(kLeastShareOfStrongest * said.front().weight,
                                  said.size() > 2 ? kLeastTimesMean * mean : 0.0);
    std::size_t count = 0;
    while (count < std::min(kMostLines, said.size()) && said[count].weight >= least) ++count;
    said.resize(count);
    return said;
}

std::vector<TimeRange> stepsOf(const std::vector<double>& frameTimesS) {
    std::vector<TimeRange> steps;
    for (std::size_t i = 0; i + 1 < frameTimesS.size(); i += 2) {
        const double fromS = frameTimesS[i], secondS = frameTimesS[i + 1];
        double toS = secondS + (secondS - fromS);
        if (i + 2 < frameTimesS.size() && follow({fromS, toS}, {frameTimesS[i + 2], 0})) {
            toS = frameTimesS[i + 2];
        }
        steps.push_back({fromS, toS});
    }
    return steps;
}

}  // namespace reelquery
