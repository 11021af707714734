#include "tests/gui/watched_application.h"

#include <QEvent>
#include <QMetaEnum>
#include <QThread>
#include <ctime>

namespace reelquery {

double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
    // Objects of other threads get their events here, too, on those.
    if (QThread::currentThread() != thread() || depth_ > 0)
        return QApplication::notify(receiver, event);
    const QString what =
        QStringLiteral("%1 of %2 “%3”")
            .arg(QString::fromLatin1(QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type())),
                 QString::fromLatin1(receiver->metaObject()->className()), receiver->objectName());
    const double begin = threadMs();
    ++depth_;
    const bool result = QApplication::notify(receiver, event);
    --depth_;
    const double spent = threadMs() - begin;
    if (spent > longest_.ms) longest_ = {spent, what};
    return result;
}

double longestMsOf(const std::function<void()>& attempt, double boundMs) {
    return leastOfThree(boundMs, [&attempt] {
        watched().reset();
        attempt();
        const LongestEvent& longest = watched().longest();
        qInfo("longest on the GUI thread: %.1f ms, %s", longest.ms, qPrintable(longest.what));
        return longest.ms;
    });
}

}  // namespace reelquery
