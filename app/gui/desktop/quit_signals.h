#pragma once
// The end of a session, a terminal or a "kill" closes the window as its user would.

#include <QObject>
#include <QSocketNotifier>
#include <array>
#include <memory>

namespace reelquery {

/// Turns SIGTERM, SIGHUP and SIGINT into a signal on the GUI thread; a second one ends the program
/// as the system does. One object a process; confined to the GUI thread.
class QuitSignals : public QObject {
    Q_OBJECT

  public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override;

  Q_SIGNALS:
    void asked();

  private:
    std::array<int, 2> ends_{-1, -1};  ///< of a pipe, which is all that a handler may write to
    std::unique_ptr<QSocketNotifier> heard_;
};

}  // namespace reelquery
