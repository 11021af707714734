#include "core/session/shared_session.h"

#include <utility>
#include <variant>
#include <vector>

#include "core/session/request_end.h"

namespace reelquery {

class SharedSession::Guest final : public Session {
  public:
    Guest(SharedSession& house, EventSink sink) : house_(house), ears_(std::make_shared<Ears>()) {
        ears_->sink = std::move(sink);
    }

    ~Guest() override { house_.leave(ears_); }

    RequestId openVideo(std::filesystem::path video, int videoTrack) override {
        return start(
            [&](Session& engine) { return engine.openVideo(std::move(video), videoTrack); });
    }

    RequestId plan(AskRequest request) override {
        return start([&](Session& engine) { return engine.plan(std::move(request)); }, true);
    }

    RequestId loadModel(ModelChoice model) override {
        return start([&](Session& engine) { return engine.loadModel(std::move(model)); });
    }

    RequestId watch(AskRequest request) override {
        return start([&](Session& engine) { return engine.watch(std::move(request)); });
    }

    RequestId ask(AskRequest request) override {
        return start([&](Session& engine) { return engine.ask(std::move(request)); });
    }

    RequestId compare(CompareRequest request) override {
        return start([&](Session& engine) { return engine.compare(std::move(request)); });
    }

    void cancel(RequestId request) override { house_.cancel(request); }

  private:
    RequestId start(const std::function<RequestId(Session&)>& ask, bool isPlan = false) {
        return house_.start(ears_, isPlan, ask);
    }

    SharedSession& house_;
    const std::shared_ptr<Ears> ears_;
};

SharedSession::SharedSession(EventSink sink, const MakeEngine& makeEngine)
    : sink_(std::move(sink)), engine_(makeEngine([this](const Event& event) { deliver(event); })) {}

std::unique_ptr<Session> SharedSession::guest(EventSink sink) {
    return std::make_unique<Guest>(*this, std::move(sink));
}

RequestId SharedSession::openVideo(std::filesystem::path video, int videoTrack) {
    return engine_->openVideo(std::move(video), videoTrack);
}

RequestId SharedSession::plan(AskRequest request) {
    return engine_->plan(std::move(request));
}

RequestId SharedSession::loadModel(ModelChoice model) {
    return engine_->loadModel(std::move(model));
}

RequestId SharedSession::watch(AskRequest request) {
    return engine_->watch(std::move(request));
}

RequestId SharedSession::ask(AskRequest request) {
    return engine_->ask(std::move(request));
}

RequestId SharedSession::compare(CompareRequest request) {
    return engine_->compare(std::move(request));
}

void SharedSession::cancel(RequestId request) {
    engine_->cancel(request);
}

RequestId SharedSession::start(const std::shared_ptr<Ears>& ears, bool isPlan,
                               const std::function<RequestId(Session&)>& ask) {
    // Held until it is known whose it is: the first event may come before the id is.
    std::lock_guard lock(mutex_);
    const RequestId id = ask(*engine_);
    guests_[id] = {ears, isPlan};
    return id;
}

void SharedSession::leave(const std::shared_ptr<Ears>& ears) {
    {
        std::lock_guard lock(ears->mutex);
        ears->sink = nullptr;
    }
    std::vector<RequestId> left;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [id, asked] : guests_)
            if (asked.by == ears) left.push_back(id);
    }
    for (const RequestId id : left) engine_->cancel(id);
}

void SharedSession::deliver(const Event& event) {
    const RequestId id = std::visit([](const auto& one) { return one.request; }, event);
    std::shared_ptr<Ears> ears;
    {
        std::lock_guard lock(mutex_);
        const auto found = guests_.find(id);
        if (found != guests_.end()) {
            ears = found->second.by;
            if (endsRequest(event, found->second.isPlan)) guests_.erase(found);
        }
    }
    if (!ears) return sink_(event);
    // Not under mutex_: a sink may wait for a lock that is held while a request starts.
    std::lock_guard lock(ears->mutex);
    if (ears->sink) ears->sink(event);
}

}  // namespace reelquery
