#include "core/eval/session_caller.h"

#include <chrono>
#include <utility>

namespace reelquery {

namespace {

constexpr std::size_t kEventsAhead = 4096;
constexpr auto kStopPoll = std::chrono::milliseconds(50);

bool endsRequest(const Event& event) {
    return std::holds_alternative<AnswerDone>(event) ||
           std::holds_alternative<ComparisonDone>(event) || std::holds_alternative<Failed>(event) ||
           std::holds_alternative<Cancelled>(event);
}

}  // namespace

SessionCaller::SessionCaller(const SessionFactory& make, std::function<bool()> stopWanted)
    : stopWanted_(std::move(stopWanted)),
      events_(kEventsAhead),
      session_(make([this](const Event& event) { events_.push(event); })) {}

Event SessionCaller::ask(const AskRequest& request, const Watch& watch) {
    return waitFor(session_->ask(request), watch);
}

Event SessionCaller::compare(const CompareRequest& request, const Watch& watch) {
    return waitFor(session_->compare(request), watch);
}

Event SessionCaller::waitFor(RequestId request, const Watch& watch) {
    bool cancelSent = false;
    for (;;) {
        const std::optional<Event> event = events_.popWithin(kStopPoll);
        if (!cancelSent && stopWanted_()) {
            session_->cancel(request);
            cancelSent = true;
        }
        if (!event) continue;
        if (endsRequest(*event)) return *event;
        if (watch) watch(*event);
    }
}

}  // namespace reelquery
