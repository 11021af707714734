#pragma once
// Work for the GUI thread from another one.

#include <QMetaObject>
#include <QObject>
#include <utility>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace reelquery {

/// Qt hands work from thread to thread by its own means, and is not built with the thread
/// sanitizer: to it, all that was done before would race with all that is done after. It is told
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

/// Has `work` done by the event loop of the GUI thread, where `target` lives, unless that is gone
/// by then. target: nobody deletes it during this call. Thread: any.
template <class Work>
void postTo(QObject* target, Work work) {
    HandOver::give();
    QMetaObject::invokeMethod(
        target,
        [work = std::move(work)]() mutable {
            HandOver::take();
            work();
        },
        Qt::QueuedConnection);
}

}  // namespace reelquery
