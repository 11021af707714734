#include "app/serve/engine_desk.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/session/request_end.h"

namespace reelquery {

void Mailbox::put(const Event& event) {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
    filled_.notify_one();
}

std::optional<Event> Mailbox::takeWithin(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_for(lock, patience, [&] { return !events_.empty(); })) return std::nullopt;
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

std::optional<Turns::Ticket> Turns::join() {
    std::lock_guard lock(mutex_);
    if (line_.size() > mostWaiting_) return std::nullopt;
    line_.push_back(++last_);
    return last_;
}

std::size_t Turns::placeOf(Ticket ticket) const {
    return static_cast<std::size_t>(
        std::distance(line_.begin(), std::find(line_.begin(), line_.end(), ticket)));
}

std::size_t Turns::placeAfter(Ticket ticket, std::optional<std::size_t> known,
                              std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    moved_.wait_for(lock, patience, [&] { return placeOf(ticket) != known; });
    return placeOf(ticket);
}

void Turns::leave(Ticket ticket) {
    std::lock_guard lock(mutex_);
    std::erase(line_, ticket);
    moved_.notify_all();
}

std::size_t Turns::size() const {
    std::lock_guard lock(mutex_);
    return line_.size();
}

DeskRequest::DeskRequest(Session& session, RequestId id, EndsWith endsWith,
                         std::shared_ptr<Mailbox> mailbox, std::function<void()> forget)
    : session_(session),
      id_(id),
      endsWith_(endsWith),
      mailbox_(std::move(mailbox)),
      forget_(std::move(forget)) {}

DeskRequest::~DeskRequest() {
    constexpr auto kLong = std::chrono::hours(1);
    if (!hasEnded_) session_.cancel(id_);
    while (!hasEnded_) next(kLong);
    forget_();
}

std::optional<Event> DeskRequest::next(std::chrono::milliseconds patience) {
    if (hasEnded_) return std::nullopt;
    std::optional<Event> event = mailbox_->takeWithin(patience);
    hasEnded_ = event && endsRequest(*event, endsWith_ == EndsWith::kPlan);
    return event;
}

EngineDesk::EngineDesk(const MakeSession& makeSession)
    : session_(makeSession([this](const Event& event) { deliver(event); })) {}

std::unique_ptr<DeskRequest> EngineDesk::start(const std::function<RequestId(Session&)>& ask,
                                               EndsWith endsWith) {
    auto mailbox = std::make_shared<Mailbox>();
    // Held until the mailbox stands: the first event may come before the id is known here.
    std::lock_guard lock(mutex_);
    const RequestId id = ask(*session_);
    mailboxes_[id] = mailbox;
    return std::make_unique<DeskRequest>(*session_, id, endsWith, std::move(mailbox), [this, id] {
        std::lock_guard own(mutex_);
        mailboxes_.erase(id);
    });
}

void EngineDesk::deliver(const Event& event) {
    const RequestId id = std::visit([](const auto& one) { return one.request; }, event);
    std::lock_guard lock(mutex_);
    if (const auto found = mailboxes_.find(id); found != mailboxes_.end())
        found->second->put(event);
}

}  // namespace reelquery
