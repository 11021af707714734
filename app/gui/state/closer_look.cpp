#include "app/gui/state/closer_look.h"

#include <algorithm>

namespace reelquery {

namespace {

constexpr std::size_t kMostMoments = 3;
constexpr double kAroundShare = 0.25;  // of a moment's length, before and after it
constexpr double kLeastS = 4;          // enough for a change to be seen

}  // namespace

std::vector<TimeRange> closerRanges(const std::vector<Moment>& moments, TimeRange limits) {
    std::vector<TimeRange> ranges;
    for (std::size_t at = 0; at < std::min(moments.size(), kMostMoments); ++at) {
        const Moment& moment = moments[at];
        const double lengthS = moment.toS - moment.fromS;
        const double aroundS = std::max(lengthS * kAroundShare, (kLeastS - lengthS) / 2);
        const double fromS = std::max(moment.fromS - aroundS, limits.fromS);
        const double toS = std::min(moment.toS + aroundS, limits.toS);
        if (toS > fromS) ranges.push_back({fromS, toS});
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const TimeRange& a, const TimeRange& b) { return a.fromS < b.fromS; });
    std::vector<TimeRange> apart;
    for (const TimeRange& range : ranges) {
        if (!apart.empty() && range.fromS <= apart.back().toS) {
            apart.back().toS = std::max(apart.back().toS, range.toS);
        } else {
            apart.push_back(range);
        }
    }
    return apart;
}

bool wantsCloserLook(const Exchange& exchange) {
    const AnswerRecord& first = exchange.answers.front();
    if (exchange.isComparison() || !first.report || first.report->evidence.moments.empty())
        return false;
    return !exchange.hasCloserLook() || exchange.answers.back().status != AnswerStatus::kDone;
}

}  // namespace reelquery
