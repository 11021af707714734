#pragma once
// Times in a video, in seconds from its first frame, and how a person reads them.

#include <string>

namespace reelquery {

/// "0:07", "1:05", "1:02:03"; tenths are cut off, not rounded, so a shown time never lies ahead.
/// Negative and non-finite values print as "0:00".
std::string formatClock(double seconds);

}  // namespace reelquery
