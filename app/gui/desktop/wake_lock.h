#pragma once
// Keeps the screen lit while a film plays and the machine awake while the model works.

#include <QDBusUnixFileDescriptor>
#include <QObject>
#include <optional>

namespace reelquery {

/// Asks the session's org.freedesktop.ScreenSaver not to blank, and org.freedesktop.login1 not to
/// put the machine to sleep by itself (a closed lid still does). Both are taken back when they are
/// over, and by the system should the program die. Where nobody answers, nothing happens. No call
/// waits. Confined to the GUI thread.
class WakeLock : public QObject {
    Q_OBJECT

  public:
    explicit WakeLock(QObject* parent = nullptr);
    ~WakeLock() override;

    void setPlaying(bool isPlaying);
    void setWorking(bool isWorking);

  private:
    void lightScreen();
    void releaseScreen();
    void stayAwake();

    bool isPlaying_ = false, isWorking_ = false;
    bool isAskingScreen_ = false, isAskingSleep_ = false;  ///< the answer is on its way
    std::optional<quint32> cookie_;                        ///< the screen saver's
    QDBusUnixFileDescriptor sleep_;  ///< login1 keeps the machine awake while it is open
};

}  // namespace reelquery
