#pragma once
// Work that may take its time, off the GUI thread.

#include <QCoreApplication>
#include <QPointer>
#include <memory>
#include <utility>

#include "app/gui/look/post_to.h"

namespace reelquery {

/// The threads that read files: enough that a share which does not answer holds up the files on it
/// only. Never destroyed: such a thread cannot be waited for.
inline QThreadPool& filePool() {
    constexpr int kThreads = 8;
    static QThreadPool* pool = [] {
        auto made = std::make_unique<QThreadPool>();
        made->setMaxThreadCount(kThreads);
        return made.release();
    }();
    return *pool;
}

/// Runs `work` in `pool` and hands what it returns to `done` on the GUI thread, unless `owner` is
/// gone by then. Thread: GUI.
template <class Work, class Done>
void inPool(QThreadPool& pool, QObject* owner, Work work, Done done) {
    const QPointer<QObject> guard(owner);
    startIn(pool, [guard, work = std::move(work), done = std::move(done)]() mutable {
        auto result = work();
        if (!qApp) return;
        postTo(qApp, [guard, result = std::move(result), done = std::move(done)]() mutable {
            if (guard) done(std::move(result));
        });
    });
}

}  // namespace reelquery
