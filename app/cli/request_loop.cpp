#include "app/cli/request_loop.h"

#include <chrono>

#include "app/cli/interrupt.h"

namespace reelquery {

namespace {

constexpr std::size_t kEventsAhead = 4096;
constexpr auto kInterruptPoll = std::chrono::milliseconds(50);

}  // namespace

RequestLoop::RequestLoop(const SessionStorage& storage)
    : RequestLoop([&](EventSink sink) { return makeSession(std::move(sink), storage); }) {}

RequestLoop::RequestLoop(const std::function<std::unique_ptr<Session>(EventSink)>& makeOne)
    : events_(kEventsAhead),
      session_(makeOne([this](const Event& event) { events_.push(event); })) {
    watchInterrupts();
}

int RequestLoop::run(const StartRequest& start, const ShowEvent& show) {
    const RequestId id = start(*session_);
    bool cancelSent = false;
    for (;;) {
        const std::optional<Event> event = events_.popWithin(kInterruptPoll);
        if (interruptRequested() && !cancelSent) {
            session_->cancel(id);
            cancelSent = true;
        }
        if (!event) continue;
        if (const std::optional<int> code = show(*event)) return *code;
    }
}

}  // namespace reelquery
