#pragma once
// Waiting for what a window does in its own time, and what it must not take longer for.

#include <QCoreApplication>
#include <QDeadlineTimer>
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

/// Lets the window work until the condition holds; false where it does not within kPatienceMs. It
/// looks every two milliseconds: Qt's own way, every fifty, made most of a test's time.
template <class Condition>
bool comesTrue(const Condition& holds) {
    const QDeadlineTimer end(kPatienceMs);
    while (!holds()) {
        if (end.hasExpired()) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        if (holds()) break;
        QTest::qSleep(2);
    }
    return true;
}

}  // namespace reelquery

#define EVENTUALLY(condition)                                                           \
    do {                                                                                \
        if (!reelquery::comesTrue([&] { return bool(condition); })) QVERIFY(condition); \
    } while (false)
#define EVENTUALLY_EQUAL(actual, expected)                                 \
    do {                                                                   \
        if (!reelquery::comesTrue([&] { return (actual) == (expected); })) \
            QCOMPARE(actual, expected);                                    \
    } while (false)
