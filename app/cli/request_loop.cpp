#include "app/cli/request_loop.h"

#include <chrono>
#include <csignal>

namespace reelquery {

namespace {

volatile std::sig_atomic_t interrupted = 0;

extern "C" void noteInterrupt(int) {
    interrupted = 1;
}

constexpr std::size_t kEventsAhead = 4096;
constexpr auto kInterruptPoll = std::chrono::milliseconds(50);

}  // namespace

RequestLoop::RequestLoop(const SessionStorage& storage)
    : events_(kEventsAhead),
      session_(makeSession([this](const Event& event) { events_.push(event); }, storage)) {
    std::signal(SIGINT, noteInterrupt);
    std::signal(SIGTERM, noteInterrupt);
}

int RequestLoop::run(const StartRequest& start, const ShowEvent& show) {
    const RequestId id = start(*session_);
    bool cancelSent = false;
    for (;;) {
        const std::optional<Event> event = events_.popWithin(kInterruptPoll);
        if (interrupted && !cancelSent) {
            session_->cancel(id);
            cancelSent = true;
        }
        if (!event) continue;
        if (const std::optional<int> code = show(*event)) return *code;
    }
}

}  // namespace reelquery
