#include "tests/gui/desktop_services.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace reelquery {

uint ScreenSaverService::Inhibit(const QString&, const QString&) {
    ++held;
    return 40 + uint(++asked);
}

void ScreenSaverService::UnInhibit(uint cookie) {
    if (cookie == 40 + uint(asked)) --held;
}

LoginService::~LoginService() {
    if (reading_ >= 0) ::close(reading_);
}

QDBusUnixFileDescriptor LoginService::Inhibit(const QString& what, const QString&, const QString&,
                                              const QString& mode) {
    asked.append(what + QLatin1Char(' ') + mode);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    if (reading_ >= 0) ::close(reading_);
    reading_ = ends[0];
    QDBusUnixFileDescriptor given(ends[1]);  // which is a copy
    ::close(ends[1]);
    return given;
}

bool LoginService::isHeld() const {
    pollfd end{reading_, POLLIN, 0};
    return reading_ >= 0 && ::poll(&end, 1, 0) == 0;  // else nobody holds the writing end
}

uint NotificationService::Notify(const QString&, uint, const QString&, const QString& title,
                                 const QString& text, const QStringList&, const QVariantMap&, int) {
    shown.append(title + QLatin1Char('|') + text);
    return uint(shown.size());
}

void NotificationService::CloseNotification(uint id) {
    closed.append(id);
}

void SettingsPortal::change(uint to) {
    scheme = to;
    Q_EMIT SettingChanged(QStringLiteral("org.freedesktop.appearance"),
                          QStringLiteral("color-scheme"), QDBusVariant(to));
}

QDBusVariant SettingsPortal::Read(const QString&, const QString&) {
    // As portals do: a variant in a variant.
    return QDBusVariant(QVariant::fromValue(QDBusVariant(uint(scheme))));
}

}  // namespace reelquery
