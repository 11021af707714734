#include "core/base/low_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <thread>

namespace reelquery {

namespace {

constexpr int kNicer = 10, kNicest = 19;  // 10: a tenth of the share of a thread at 0

// glibc has no names for these; linux/ioprio.h does.
constexpr int kWhoIsThread = 1, kBestEffort = 2 << 13, kLastOfBestEffort = 7;

}  // namespace

void lowerThisThreadsPriority() {
    const auto thread = static_cast<id_t>(gettid());
    const int now = getpriority(PRIO_PROCESS, thread);
    // What the system refuses costs others a little time and nobody a result.
    (void)setpriority(PRIO_PROCESS, thread, std::min(now + kNicer, kNicest));
    (void)syscall(SYS_ioprio_set, kWhoIsThread, 0, kBestEffort | kLastOfBestEffort);
}

void runAtLowPriority(const std::function<void()>& work) {
    std::exception_ptr thrown;
    std::jthread([&] {
        lowerThisThreadsPriority();
        try {
            work();
        } catch (...) {
            thrown = std::current_exception();
        }
    }).join();
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace reelquery
