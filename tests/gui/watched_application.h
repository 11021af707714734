#pragma once
// An application that knows the longest the GUI thread was busy with one event.

#include <QApplication>

namespace reelquery {

/// Counts processor time of the GUI thread, not time on the clock: a busy machine must not look
/// like a busy window.
class WatchedApplication : public QApplication {
  public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override;

    /// Milliseconds of the longest event since the last reset.
    double longestMs() const { return longestMs_; }

    const QString& longestWhat() const { return longestWhat_; }

    void reset();

  private:
    int depth_ = 0;
    double longestMs_ = 0;
    QString longestWhat_;
};

}  // namespace reelquery
