// One engine, several askers: everybody hears of their own requests, and of all of them.

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/session/shared_session.h"

namespace reelquery {

namespace {

/// An engine whose events are the test's. An ask is told a word on another thread before its id is
/// known to whoever asked, as a quick engine may.
struct ScriptedEngine final : Session {
    EventSink sink;
    RequestId last = 0;
    std::vector<RequestId> stopped;
    std::jthread teller;

    explicit ScriptedEngine(EventSink to) : sink(std::move(to)) {}

    RequestId openVideo(std::filesystem::path, int) override { return ++last; }

    RequestId plan(AskRequest) override { return ++last; }

    RequestId loadModel(ModelChoice) override { return ++last; }

    RequestId watch(AskRequest) override { return ++last; }

    RequestId ask(AskRequest asked) override {
        const RequestId id = ++last;
        teller = std::jthread([this, id, words = asked.question] { sink(AnswerDelta{id, words}); });
        return id;
    }

    RequestId compare(CompareRequest) override { return ++last; }

    void cancel(RequestId id) override { stopped.push_back(id); }

    void finish() {
        if (teller.joinable()) teller.join();
    }
};

std::string heard(const std::vector<Event>& events) {
    std::string text;
    for (const Event& event : events) {
        if (const auto* words = std::get_if<AnswerDelta>(&event)) text += words->text;
        if (std::holds_alternative<PlanReady>(event)) text += "(plan)";
        if (std::holds_alternative<Cancelled>(event)) text += "(stopped)";
    }
    return text;
}

AskRequest asking(const char* words) {
    AskRequest request;
    request.question = words;
    return request;
}

struct House {
    std::vector<Event> own, first, second;
    ScriptedEngine* engine = nullptr;
    SharedSession session{[this](const Event& event) { own.push_back(event); },
                          [this](EventSink sink) {
                              auto made = std::make_unique<ScriptedEngine>(std::move(sink));
                              engine = made.get();
                              return made;
                          }};

    std::unique_ptr<Session> guest(std::vector<Event>& ears) {
        return session.guest([&ears](const Event& event) { ears.push_back(event); });
    }
};

}  // namespace

TEST_CASE("everybody hears of their own requests only", "[alike]") {
    House house;
    const auto a = house.guest(house.first), b = house.guest(house.second);
    for (int time = 0; time < 50; ++time) {
        a->ask(asking("a"));
        house.engine->finish();
        house.session.ask(asking("o"));
        house.engine->finish();
        b->ask(asking("b"));
        house.engine->finish();
    }
    CHECK(heard(house.first) == std::string(50, 'a'));
    CHECK(heard(house.second) == std::string(50, 'b'));
    CHECK(heard(house.own) == std::string(50, 'o'));
}

TEST_CASE("a plan ends a planning and not a question", "[alike]") {
    House house;
    const auto guest = house.guest(house.first);
    const RequestId asked = guest->ask(asking("a"));
    house.engine->finish();
    house.engine->sink(PlanReady{asked, {}});
    house.engine->sink(AnswerDelta{asked, "b"});
    house.engine->sink(Cancelled{asked, {}});
    const RequestId planned = guest->plan(asking("p"));
    house.engine->sink(PlanReady{planned, {}});
    CHECK(heard(house.first) == "a(plan)b(stopped)(plan)");
    CHECK(heard(house.own).empty());
}

TEST_CASE("what a guest asked stops when it leaves, and it hears no more", "[alike]") {
    House house;
    auto guest = house.guest(house.first);
    const RequestId done = guest->ask(asking("a"));
    house.engine->finish();
    house.engine->sink(Cancelled{done, {}});
    const RequestId open = guest->ask(asking("b"));
    house.engine->finish();
    guest.reset();
    CHECK(house.engine->stopped == std::vector<RequestId>{open});
    house.engine->sink(AnswerDelta{open, "late"});
    house.engine->sink(Cancelled{open, {}});
    CHECK(heard(house.first) == "a(stopped)b");
    CHECK(heard(house.own).empty());
}

}  // namespace reelquery
