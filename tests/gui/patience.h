#pragma once
// Waiting for what a window does in its own time, and what it must not take longer for.

#include <QTest>
#include <limits>

#include "tests/support/time_bounds.h"

namespace reelquery {

/// So long that only what never comes fails, on a slow and busy machine, too.
inline constexpr int kPatienceMs = 60'000 * (kSlowdown > 1 ? 4 : 1);

/// A window that was closed is gone within a second, whatever the engine was doing.
inline constexpr double kCloseMs = 1000.0 * kSlowdown;

/// What a try reports that did not get as far as being measured.
inline constexpr double kNeverMs = std::numeric_limits<double>::infinity();

}  // namespace reelquery

#define EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, reelquery::kPatienceMs)
#define EVENTUALLY_EQUAL(actual, expected) \
    QTRY_COMPARE_WITH_TIMEOUT(actual, expected, reelquery::kPatienceMs)
