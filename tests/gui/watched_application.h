#pragma once
// An application that knows the longest the GUI thread was busy with one event.

#include <QApplication>
#include <functional>

#include "tests/support/time_bounds.h"

namespace reelquery {

/// Milliseconds of processor time of this thread.
double threadMs();

struct LongestEvent {
    double ms = 0;  ///< of processor time
    QString what;   ///< its type and receiver
};

/// Counts processor time of the GUI thread, not time on the clock: a busy machine must not look
/// like a busy window.
class WatchedApplication : public QApplication {
  public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override;

    /// Since the last reset.
    const LongestEvent& longest() const { return longest_; }

    void reset() { longest_ = {}; }

  private:
    int depth_ = 0;
    LongestEvent longest_;
};

/// The application of this test program.
inline WatchedApplication& watched() {
    return *static_cast<WatchedApplication*>(QCoreApplication::instance());
}

/// One frame at 60 Hz is 16 ms; three of them are a hitch that a person sees. Processor time of
/// the GUI thread for one event.
inline constexpr double kHitchMs = 50.0 * kSlowdown;

/// What one event may take where nothing but our own work is in it.
inline constexpr double kFrameMs = 16.0 * kSlowdown;

/// Does the same work up to three times (see leastOfThree), watching. The longest event of the
/// calmest try in milliseconds of processor time: that, too, grows on a machine that is disturbed.
double longestMsOf(const std::function<void()>& attempt, double boundMs = kHitchMs);

}  // namespace reelquery
