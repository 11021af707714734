#pragma once
// The services of a desktop, on a bus of the test's own: they note what is asked of them.

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QDBusVariant>
#include <QObject>
#include <QStringList>
#include <QThread>
#include <array>
#include <atomic>

namespace reelquery {

/// org.freedesktop.ScreenSaver.
class ScreenSaverService : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.ScreenSaver")

  public:
    int held = 0, asked = 0;

  public Q_SLOTS:
    uint Inhibit(const QString& program, const QString& why);
    void UnInhibit(uint cookie);
};

/// org.freedesktop.login1.Manager.
class LoginService : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")

  public:
    ~LoginService() override;

    QStringList asked;  ///< "what mode"

    /// Whether the one who asked last still holds it.
    bool isHeld() const;

  public Q_SLOTS:
    QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why,
                                    const QString& mode);

  private:
    int reading_ = -1;  ///< of a pipe whose other end whoever asks gets
};

/// org.freedesktop.Notifications.
class NotificationService : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

  public:
    QStringList shown;  ///< "title|text"
    QList<uint> closed;

  public Q_SLOTS:
    uint Notify(const QString& program, uint replaces, const QString& icon, const QString& title,
                const QString& text, const QStringList& actions, const QVariantMap& hints,
                int milliseconds);
    void CloseNotification(uint id);

  Q_SIGNALS:
    void ActionInvoked(uint id, const QString& action);
};

/// org.freedesktop.portal.Settings with a colour scheme.
class SettingsPortal : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

  public:
    std::atomic<uint> scheme = 1;  ///< 1: dark, 2: light

    void change(uint to);

  public Q_SLOTS:
    QDBusVariant Read(const QString& group, const QString& key);

  Q_SIGNALS:
    void SettingChanged(const QString& group, const QString& key, const QDBusVariant& value);
};

}  // namespace reelquery
