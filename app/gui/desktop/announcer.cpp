#include "app/gui/desktop/announcer.h"

#include <QAccessible>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QRegularExpression>
#include <QWidget>
#include <utility>

namespace reelquery {

namespace {

constexpr int kTogetherMs = 700;

/// Qt's own connection to the assistive technologies; the bridge makes it when one asks.
const auto kBus = QStringLiteral("a11y");

/// After the last sentence or line that is whole.
qsizetype wholeLength(const QString& text) {
    for (qsizetype at = text.size() - 1; at >= 0; --at) {
        if (text[at] == QLatin1Char('\n')) return at + 1;
        // A point with nothing behind it may be that of "12.5".
        const bool isEnd = QStringLiteral(".!?:\u3002\uff01\uff1f").contains(text[at]);
        if (isEnd && at + 1 < text.size() && text[at + 1].isSpace()) return at + 1;
    }
    return 0;
}

QString spoken(QString text) {
    static const QRegularExpression kMarks(QStringLiteral("[*_`#]+|^\\s*[-+]\\s+"),
                                           QRegularExpression::MultilineOption);
    return text.remove(kMarks).simplified();
}

}  // namespace

QString SentenceCutter::next(const QString& text, bool isOver) {
    if (!text.startsWith(taken_)) taken_.clear();
    const QString rest = text.mid(taken_.size());
    const QString whole = isOver ? rest : rest.left(wholeLength(rest));
    taken_ += whole;
    return spoken(whole);
}

Announcer::Announcer(QWidget& window) : QObject(&window), window_(window) {
    soon_.setSingleShot(true);
    soon_.setInterval(kTogetherMs);
    connect(&soon_, &QTimer::timeout, this, &Announcer::flush);
}

Announcer* Announcer::of(const QWidget& part) {
    for (const QWidget* at = &part; at; at = at->parentWidget()) {
        if (auto* found = at->findChild<Announcer*>(QString(), Qt::FindDirectChildrenOnly))
            return found;
    }
    return nullptr;
}

bool Announcer::isHeard() const {
    return voice_ || QAccessible::isActive();
}

void Announcer::say(const QString& text, Politeness politeness) {
    if (text.isEmpty() || !isHeard()) return;
    if (politeness == Politeness::kAssertive) {
        flush();
        return send(text, politeness);
    }
    if (!waiting_.isEmpty()) waiting_ += QLatin1Char(' ');
    waiting_ += text;
    if (!soon_.isActive()) soon_.start();
}

void Announcer::flush() {
    soon_.stop();
    if (const QString text = std::exchange(waiting_, {}); !text.isEmpty())
        send(text, Politeness::kPolite);
}

void Announcer::send(const QString& text, Politeness politeness) const {
    if (voice_) return voice_(text, politeness);
    QAccessibleInterface* window = QAccessible::queryAccessibleInterface(&window_);
    const QDBusConnection bus(kBus);
    if (!window || !bus.isConnected()) return;
    // Qt 6.4 has no event for it, so the signal is sent as Qt 6.8 sends it.
    QDBusMessage signal = QDBusMessage::createSignal(
        QStringLiteral("/org/a11y/atspi/accessible/%1").arg(QAccessible::uniqueId(window)),
        QStringLiteral("org.a11y.atspi.Event.Object"), QStringLiteral("Announcement"));
    signal << QString() << int(politeness) << 0 << QVariant::fromValue(QDBusVariant(text))
           << QVariantMap();
    bus.send(signal);
}

}  // namespace reelquery
