#include "app/cli/request_loop.h"

#include <chrono>
#include <csignal>

#include "core/base/bounded_queue.h"

namespace reelquery {

namespace {

volatile std::sig_atomic_t interrupted = 0;

extern "C" void noteInterrupt(int) {
    interrupted = 1;
}

constexpr std::size_t kEventsAhead = 4096;
constexpr auto kInterruptPoll = std::chrono::milliseconds(50);

}  // namespace

int runRequest(const StartRequest& start, const ShowEvent& show) {
    BoundedQueue<Event> events(kEventsAhead);
    std::signal(SIGINT, noteInterrupt);
    std::signal(SIGTERM, noteInterrupt);
    const std::unique_ptr<Session> session =
        makeSession([&](const Event& event) { events.push(event); });
    const RequestId id = start(*session);
    bool cancelSent = false;
    for (;;) {
        const std::optional<Event> event = events.popWithin(kInterruptPoll);
        if (interrupted && !cancelSent) {
            session->cancel(id);
            cancelSent = true;
        }
        if (!event) continue;
        if (const std::optional<int> code = show(*event)) return *code;
    }
}

}  // namespace reelquery
