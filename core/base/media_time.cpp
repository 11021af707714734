#include "core/base/media_time.h"

#include <cmath>
#include <cstdio>

namespace reelquery {

std::string formatClock(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) seconds = 0;
    const auto whole = static_cast<long long>(seconds);
    const long long hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
    char text[48];
    if (hours > 0) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", hours, minutes, rest);
    } else {
        std::snprintf(text, sizeof text, "%lld:%02lld", minutes, rest);
    }
    return text;
}

}  // namespace reelquery
