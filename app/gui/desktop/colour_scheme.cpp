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

constexpr int kPortalMs = 200;
const auto kPortalService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kPortalInterface = QStringLiteral("org.freedesktop.portal.Settings");
const auto kSchemeGroup = QStringLiteral("org.freedesktop.appearance");
const auto kSchemeKey = QStringLiteral("color-scheme");

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
    bus.connect(kPortalService, kPortalPath, kPortalInterface, QStringLiteral("SettingChanged"),
                this, SLOT(takeChange(QString, QString, QDBusVariant)));
    QDBusMessage call = QDBusMessage::createMethodCall(kPortalService, kPortalPath,
                                                       kPortalInterface, QStringLiteral("Read"));
    call << kSchemeGroup << kSchemeKey;
    QElapsedTimer clock;
    clock.start();
    const QDBusMessage reply = bus.call(call, QDBus::Block, kPortalMs);
    if (reply.type() == QDBusMessage::ReplyMessage && !reply.arguments().isEmpty()) {
        take(reply.arguments().first());
        return;
    }
    if (clock.elapsed() < kPortalMs) return;  // it has said no
    auto* watcher = make<QDBusPendingCallWatcher>(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> late = *watcher;
        if (!late.isError()) take(QVariant::fromValue(late.value()));
    });
}

void ColourScheme::takeChange(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == kSchemeGroup && key == kSchemeKey) take(value.variant());
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
