#pragma once
// A word of the desktop's when an answer is done that somebody went away from.

#include <QElapsedTimer>
#include <QObject>
#include <QString>

namespace reelquery {

class SettingsModel;

/// Shows a notification through org.freedesktop.Notifications; a click on it asks for the window.
/// Confined to the GUI thread.
class DoneNotice : public QObject {
    Q_OBJECT

  public:
    explicit DoneNotice(const SettingsModel& settings, QObject* parent = nullptr);

    /// Answers that took less are not worth a word.
    static constexpr int kLongMs = 10'000;

    /// `spentMs`: from the question on. Says nothing of a short one, while a window of the program
    /// is in front, or where the user does not want it.
    void answered(const QString& question, qint64 spentMs, bool isFine);

    /// What is said of the last answer goes.
    void withdraw();

  Q_SIGNALS:
    /// The notification was clicked.
    void windowWanted();

  private Q_SLOTS:
    void takeAction(uint notification, const QString& action);

  private:
    const SettingsModel& settings_;
    quint32 shown_ = 0;  ///< the server's number; 0: none
};

/// The key of the setting, true where it is not set: whether notifications are wanted.
inline const QString kNotifyKey = QStringLiteral("desktop/notify");

}  // namespace reelquery
