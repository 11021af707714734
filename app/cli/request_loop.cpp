#include "app/cli/request_loop.h"

#include <chrono>

#include "app/cli/interrupt.h"
#include "core/base/bounded_queue.h"

namespace reelquery {

namespace {

constexpr std::size_t kEventsAhead = 4096;
constexpr auto kInterruptPoll = std::chrono::milliseconds(50);

}  // namespace

int runRequest(const StartRequest& start, const ShowEvent& show) {
    BoundedQueue<Event> events(kEventsAhead);
    watchInterrupts();
    const std::unique_ptr<Session> session =
        makeSession([&](const Event& event) { events.push(event); });
    const RequestId id = start(*session);
    bool cancelSent = false;
    for (;;) {
        const std::optional<Event> event = events.popWithin(kInterruptPoll);
        if (interruptRequested() && !cancelSent) {
            session->cancel(id);
            cancelSent = true;
        }
        if (!event) continue;
        if (const std::optional<int> code = show(*event)) return *code;
    }
}

}  // namespace reelquery
