#include "app/gui/desktop/done_notice.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <utility>

#include "app/gui/look/make.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

const auto kNoticeService = QStringLiteral("org.freedesktop.Notifications");
const auto kNoticePath = QStringLiteral("/org/freedesktop/Notifications");
constexpr int kLongestQuestion = 120;

QDBusMessage callOf(const QString& method) {
    return QDBusMessage::createMethodCall(kNoticeService, kNoticePath, kNoticeService, method);
}

}  // namespace

DoneNotice::DoneNotice(const SettingsModel& settings, QObject* parent)
    : QObject(parent), settings_(settings) {}

void DoneNotice::answered(const QString& question, qint64 spentMs, bool isFine) {
    const bool isInFront = QGuiApplication::focusWindow() != nullptr;
    if (spentMs < kLongMs || isInFront || !settings_.value(kNotifyKey, true).toBool()) return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    // Once; another connection of the same is refused by Qt.
    bus.connect(kNoticeService, kNoticePath, kNoticeService, QStringLiteral("ActionInvoked"), this,
                SLOT(takeAction(uint, QString)));
    QString text = question.simplified();
    if (text.size() > kLongestQuestion) text = text.left(kLongestQuestion - 1) + QChar(0x2026);
    QDBusMessage call = callOf(QStringLiteral("Notify"));
    // Some desktops read the text as markup.
    call << QGuiApplication::applicationDisplayName() << shown_
         << QStringLiteral("io.github.reelquery.Reelquery")
         << (isFine ? tr("The answer is ready") : tr("The question could not be answered"))
         << text.toHtmlEscaped() << QStringList{QStringLiteral("default"), tr("Show")}
         << QVariantMap{{QStringLiteral("desktop-entry"),
                         QStringLiteral("io.github.reelquery.Reelquery")}}
         << -1;
    auto* watcher = make<QDBusPendingCallWatcher>(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<quint32> reply = *watcher;
        if (!reply.isError()) shown_ = reply.value();
    });
}

void DoneNotice::withdraw() {
    if (shown_ == 0) return;
    QDBusMessage call = callOf(QStringLiteral("CloseNotification"));
    call << std::exchange(shown_, 0);
    QDBusConnection::sessionBus().send(call);
}

void DoneNotice::takeAction(uint notification, const QString&) {
    if (shown_ == 0 || notification != shown_) return;
    withdraw();
    Q_EMIT windowWanted();
}

}  // namespace reelquery
