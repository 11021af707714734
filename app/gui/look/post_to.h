#pragma once
// Work for another thread, by Qt's means.

#include <QMetaObject>
#include <QObject>
#include <QThreadPool>
#include <utility>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace reelquery {

/// Qt is not built with the thread sanitizer, which therefore does not see how Qt hands work from
/// thread to thread: all that was done before would race with all that is done after. It is told
/// here, before handing over and after taking. Nothing without the sanitizer.
class HandOver {
  public:
    static void give() {
#ifdef __SANITIZE_THREAD__
        __tsan_release(&place);
#endif
    }

    static void take() {
#ifdef __SANITIZE_THREAD__
        __tsan_acquire(&place);
#endif
    }

  private:
    static inline char place = 0;
};

/// Work that is handed over wherever it is moved or copied to, as Qt does before it posts it.
template <class Work>
class Handed {
  public:
    explicit Handed(Work work) : work_(std::move(work)) {}

    Handed(const Handed& other) : work_(other.work_) { HandOver::give(); }

    Handed(Handed&& other) noexcept : work_(std::move(other.work_)) { HandOver::give(); }

    ~Handed() = default;
    Handed& operator=(const Handed&) = delete;
    Handed& operator=(Handed&&) = delete;

    void operator()() {
        HandOver::take();
        work_();
        HandOver::give();  // to what is done next in its thread's place, or waits for it
    }

  private:
    Work work_;
};

/// Has `work` done by the event loop of the GUI thread, where `target` lives, unless that is gone
/// by then. target: nobody deletes it during this call. Thread: any.
template <class Work>
void postTo(QObject* target, Work work) {
    QMetaObject::invokeMethod(target, Handed<Work>(std::move(work)), Qt::QueuedConnection);
}

/// Has `work` done by a thread of the pool.
template <class Work>
void startIn(QThreadPool& pool, Work work) {
    pool.start(Handed<Work>(std::move(work)));
}

/// Until all of the pool's work is done, at most `patienceMs`, -1: without an end; false where some
/// is not.
inline bool waitForDone(QThreadPool& pool, int patienceMs = -1) {
    const bool isDone = pool.waitForDone(patienceMs);
    HandOver::take();
    return isDone;
}

}  // namespace reelquery
