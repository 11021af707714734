#include "app/gui/conversation/frame_gap.h"

#include <algorithm>

#include "app/gui/look/format.h"
#include "app/gui/state/ask_settings.h"

namespace reelquery {

std::optional<double> wideGapS(int frames, double spanS) {
    constexpr double kShortS = 3;  // what a person takes for short
    if (frames < 2) return {};
    const double gapS = spanS / (frames - 1);
    return gapS < kShortS ? std::nullopt : std::optional(gapS);
}

std::optional<double> gapOfLongS(double gapS, double spanS) {
    SamplingOptions sampling;
    applyPreset(BudgetPreset::kLong, sampling);
    const double longS =
        std::max(1 / sampling.fps, spanS / std::max<double>(1, sampling.maxFrames - 1));
    return longS < 0.7 * gapS ? std::optional(longS) : std::nullopt;
}

QString gapName(double gapS) {
    return gapS < 2 ? secondsText(gapS) : remainingText(gapS);
}

}  // namespace reelquery
