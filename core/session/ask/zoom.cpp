#include "core/session/ask/zoom.h"

#include <algorithm>

namespace reelquery {

namespace {

/// Of the strongest moments; more would spread the frames too thin.
constexpr std::size_t kMoments = 3;
/// What led up to a moment and what came of it, in sampling steps of the first look.
constexpr double kMarginSteps = 2;
constexpr double kLeastMarginS = 2;

}  // namespace

std::vector<TimeRange> zoomRanges(const Evidence& evidence, double marginS) {
    std::vector<TimeRange> ranges;
    for (const Moment& moment : evidence.moments) {
        ranges.push_back({std::max(moment.fromS - marginS, 0.0), moment.toS + marginS});
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const TimeRange& a, const TimeRange& b) { return a.fromS < b.fromS; });
    std::vector<TimeRange> merged;
    for (const TimeRange& range : ranges) {
        if (!merged.empty() && range.fromS <= merged.back().toS) {
            merged.back().toS = std::max(merged.back().toS, range.toS);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

std::optional<AskRequest> zoomedRequest(const AskRequest& request, const AnswerReport& report) {
    Evidence strongest = report.evidence;
    if (strongest.moments.size() > kMoments) strongest.moments.resize(kMoments);
    const double spanS = report.lastFrameS - report.firstFrameS;
    if (strongest.moments.empty() || spanS <= 0) return std::nullopt;
    const double stepS = spanS / std::max(report.frames - 1, 1);
    AskRequest closer = request;
    closer.sampling.within = zoomRanges(strongest, std::max(kMarginSteps * stepS, kLeastMarginS));
    closer.sampling.frames.reset();
    closer.sampling.fps = std::max(request.sampling.fps, 2 / stepS);
    return closer;
}

}  // namespace reelquery
