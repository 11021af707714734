#include "app/gui/desktop/wake_lock.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QPointer>
#include <utility>

#include "app/gui/look/make.h"

namespace reelquery {

namespace {

const auto kInhibitor = QStringLiteral("Reelquery");

QDBusMessage screenCall(const QString& method) {
    const auto name = QStringLiteral("org.freedesktop.ScreenSaver");
    QDBusMessage call = QDBusMessage::createMethodCall(
        name, QStringLiteral("/org/freedesktop/ScreenSaver"), name, method);
    call.setAutoStartService(false);
    return call;
}

void unInhibit(quint32 cookie) {
    QDBusMessage call = screenCall(QStringLiteral("UnInhibit"));
    call << cookie;
    QDBusConnection::sessionBus().send(call);
}

}  // namespace

WakeLock::WakeLock(QObject* parent) : QObject(parent) {}

WakeLock::~WakeLock() {
    releaseScreen();
}

void WakeLock::setPlaying(bool isPlaying) {
    isPlaying_ = isPlaying;
    if (isPlaying) {
        lightScreen();
    } else {
        releaseScreen();
    }
}

void WakeLock::lightScreen() {
    if (cookie_ || std::exchange(isAskingScreen_, true)) return;
    QDBusMessage call = screenCall(QStringLiteral("Inhibit"));
    call << kInhibitor << tr("A video is playing");
    // An answer that comes after this object's end must be taken back, too.
    auto* watcher =
        make<QDBusPendingCallWatcher>(QDBusConnection::sessionBus().asyncCall(call), qApp);
    connect(watcher, &QDBusPendingCallWatcher::finished, watcher,
            [lock = QPointer<WakeLock>(this), watcher] {
                watcher->deleteLater();
                const QDBusPendingReply<quint32> reply = *watcher;
                if (lock) lock->isAskingScreen_ = false;
                if (reply.isError()) return;
                if (lock && lock->isPlaying_) {
                    lock->cookie_ = reply.value();
                } else {
                    unInhibit(reply.value());
                }
            });
}

void WakeLock::releaseScreen() {
    if (const auto cookie = std::exchange(cookie_, std::nullopt)) unInhibit(*cookie);
}

void WakeLock::setWorking(bool isWorking) {
    isWorking_ = isWorking;
    if (isWorking) {
        stayAwake();
    } else {
        sleep_ = {};
    }
}

void WakeLock::stayAwake() {
    if (sleep_.isValid() || std::exchange(isAskingSleep_, true)) return;
    QDBusMessage call = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.login1"), QStringLiteral("/org/freedesktop/login1"),
        QStringLiteral("org.freedesktop.login1.Manager"), QStringLiteral("Inhibit"));
    call.setAutoStartService(false);
    call << QStringLiteral("sleep:idle") << kInhibitor << tr("A question is being answered")
         << QStringLiteral("block");
    auto* watcher =
        make<QDBusPendingCallWatcher>(QDBusConnection::systemBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        isAskingSleep_ = false;
        const QDBusPendingReply<QDBusUnixFileDescriptor> reply = *watcher;
        if (reply.isError()) return;
        if (isWorking_) sleep_ = reply.value();  // else it is over already, and closed here
    });
}

}  // namespace reelquery
