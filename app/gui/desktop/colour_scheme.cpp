#include "app/gui/desktop/colour_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QElapsedTimer>
#include <utility>

#include "app/gui/look/make.h"

namespace reelquery {

namespace {

constexpr int kPatienceMs = 200;
const auto kService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const auto kGroup = QStringLiteral("org.freedesktop.appearance");
const auto kKey = QStringLiteral("color-scheme");

/// Portals of before wrap the value twice.
QVariant unwrapped(QVariant value) {
    while (value.userType() == qMetaTypeId<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value;
}

}  // namespace

ColourScheme::ColourScheme(QObject* parent) : QObject(parent) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(takeChange(QString, QString, QDBusVariant)));
    QDBusMessage call =
        QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    call << kGroup << kKey;
    QElapsedTimer clock;
    clock.start();
    const QDBusMessage reply = bus.call(call, QDBus::Block, kPatienceMs);
    if (reply.type() == QDBusMessage::ReplyMessage && !reply.arguments().isEmpty()) {
        take(reply.arguments().first());
        return;
    }
    if (clock.elapsed() < kPatienceMs) return;  // it has said no
    auto* watcher = make<QDBusPendingCallWatcher>(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> late = *watcher;
        if (!late.isError()) take(QVariant::fromValue(late.value()));
    });
}

void ColourScheme::takeChange(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == kGroup && key == kKey) take(value.variant());
}

void ColourScheme::take(const QVariant& value) {
    bool isNumber = false;
    const uint scheme = unwrapped(value).toUInt(&isNumber);
    std::optional<bool> isDark;
    if (isNumber && scheme == 1) isDark = true;
    if (isNumber && scheme == 2) isDark = false;
    if (std::exchange(isDark_, isDark) != isDark) Q_EMIT changed();
}

}  // namespace reelquery
