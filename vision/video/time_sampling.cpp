#include "vision/video/time_sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/error.h"

namespace reelquery {
namespace {

constexpr double kNoticedS = 0.25;
constexpr double kNoticedSteps = 1.5;
constexpr std::int64_t kMostLooks = 4096;  // at a long video, evenly spread
constexpr double kRoundingS = 1e-9;

double shownFromS(const Timeline& timeline, const ClipRange& clip, std::int64_t k) {
    return std::max(timeline.timeS(k), clip.fromS);
}

/// The step at which `steps` steps make up all of the time when no frame counts for more than one.
/// staysS: how long each frame but the last stays. At least `steps` of them.
double evenStepS(std::vector<double> staysS, std::int64_t steps) {
    std::sort(staysS.begin(), staysS.end(), std::greater<>());
    double restS = 0;
    for (const double stay : staysS) restS += stay;
    double stepS = restS / static_cast<double>(steps);
    for (const double stay : staysS) {
        if (stay <= stepS || steps == 1) break;
        restS -= stay;
        stepS = restS / static_cast<double>(--steps);
    }
    return stepS;
}

}  // namespace

bool isUneven(const Timeline& timeline, const ClipRange& clip) {
    const std::int64_t steps = clip.frameCount() - 1;
    if (steps < 2) return false;
    const double fromS = shownFromS(timeline, clip, clip.first);
    const double stepS = (timeline.timeS(clip.last) - fromS) / static_cast<double>(steps);
    const double noticed = std::max(kNoticedS, kNoticedSteps * stepS);
    const std::int64_t looks = std::min(steps, kMostLooks);
    for (std::int64_t i = 1; i < looks; ++i) {
        const std::int64_t k = steps * i / looks;
        const double evenS = fromS + stepS * static_cast<double>(k);
        if (std::abs(timeline.timeS(clip.first + k) - evenS) > noticed) return true;
    }
    return false;
}

double rateInside(const Timeline& timeline, const std::vector<ClipRange>& clips, double meanFps) {
    if (!isUneven(timeline, {0, timeline.frameCount() - 1})) return meanFps;
    double seconds = 0, steps = 0;
    for (const ClipRange& clip : clips) {
        seconds += timeline.timeS(clip.last) - shownFromS(timeline, clip, clip.first);
        steps += static_cast<double>(clip.frameCount() - 1);
    }
    return seconds > 0 && steps > 0 ? steps / seconds : meanFps;
}

std::vector<std::int64_t> framesByTime(const Timeline& timeline, const ClipRange& clip,
                                       std::int64_t count) {
    ENSURE(count >= 2 && count <= clip.frameCount(), "every frame is taken once at most");
    std::vector<double> staysS;
    for (std::int64_t k = clip.first; k < clip.last; ++k) {
        staysS.push_back(timeline.timeS(k + 1) - shownFromS(timeline, clip, k));
    }
    const double stepS = evenStepS(staysS, count - 1);
    std::vector<std::int64_t> chosen;
    double passedS = 0;  // of the time in which no frame counts for more than a step
    std::int64_t frame = clip.first;
    for (std::int64_t j = 0; j < count; ++j) {
        const double wantedS = stepS * static_cast<double>(j) + kRoundingS;
        const auto at = [&] { return static_cast<std::size_t>(frame - clip.first); };
        // So that there is a frame left for each time to come, and no frame comes twice.
        const std::int64_t latest = clip.last - (count - 1 - j);
        while (frame < latest && (passedS + std::min(staysS[at()], stepS) <= wantedS ||
                                  (!chosen.empty() && chosen.back() == frame))) {
            passedS += std::min(staysS[at()], stepS);
            ++frame;
        }
        chosen.push_back(j + 1 == count ? clip.last : frame);
    }
    return chosen;
}

}  // namespace reelquery
