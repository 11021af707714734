#include "vision/sound/sound_clock.h"

#include <cmath>

namespace reelquery {

namespace {

constexpr double kRoundingS = 0.03;     // Matroska rounds to 1 ms, some muxers to a frame
constexpr double kLongestOverlapS = 1;  // further back is another clock
constexpr double kBeyondEndS = 10;      // headers round, too
constexpr double kLongestGapS = 3600;   // where the file does not say how long it is

}  // namespace

SoundPlace SoundClock::place(std::optional<double> stampS, double lengthS, bool breaks) {
    double atS = stampS ? *stampS + offsetS_ : nextS_;
    const double ahead = atS - nextS_;
    const bool isBeyond = durationS_ > 0 ? atS > durationS_ + kBeyondEndS && ahead > kRoundingS
                                         : hasRun_ && ahead > kLongestGapS;
    if (isBeyond || (hasRun_ && ahead < -kLongestOverlapS)) {
        ++disbelieved_;
        offsetS_ -= ahead;
        atS = nextS_;
    }
    SoundPlace place;
    place.isNewRun = !hasRun_ || breaks || std::abs(atS - nextS_) > kRoundingS;
    place.atS = place.isNewRun ? atS : nextS_;
    nextS_ = place.atS + lengthS;
    hasRun_ = true;
    return place;
}

}  // namespace reelquery
