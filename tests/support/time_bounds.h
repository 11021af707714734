#pragma once
// How long something may take, judged fairly on a machine that others use, too.

#include <algorithm>

namespace reelquery {

/// Sanitizers make code slower, and only bounds on time make room for that.
#if defined(__SANITIZE_THREAD__)
inline constexpr int kSlowdown = 8;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowdown = 4;
#else
inline constexpr int kSlowdown = 1;
#endif

/// The least that up to three tries of the same work took, as `attempt` says; the first below the
/// bound is the last. A disturbance from outside spoils one try: other processes fill the caches
/// and take the cores, hosts lower their clock. A slow path of ours is slow in every one.
template <class Attempt>
double leastOfThree(double bound, Attempt attempt) {
    double least = attempt();
    for (int at = 1; at < 3 && least >= bound; ++at) least = std::min(least, double(attempt()));
    return least;
}

}  // namespace reelquery
