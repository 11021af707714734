// Whatever a person does in whatever order: no answer is another question's or differs from a plain
// run's, every request ends, and nothing piles up. REELQUERY_INTERLEAVINGS=1000 makes a campaign.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "tests/unit/session/answer_outcome.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;
namespace fs = std::filesystem;

namespace {

int interleavings() {
    const char* wanted = std::getenv("REELQUERY_INTERLEAVINGS");  // NOLINT(concurrency-mt-unsafe)
    return wanted ? std::atoi(wanted) : 3;
}

/// What decides an answer.
std::string nameOfRequest(const AskRequest& request) {
    return request.video.string() + "|" + request.question + "|" +
           std::to_string(static_cast<int>(request.attention.kind)) + "|" +
           std::to_string(request.sampling.fromS.value_or(0)) + "|" +
           std::to_string(request.sampling.frames.value_or(0)) + "|" +
           std::to_string(request.history.size());
}

/// An answer whose prompt was read in one go when all of its video was encoded, with nothing kept.
AnswerReport plainAnswer(AskRequest request) {
    request.mayReuse = false;
    return outcomeOf(request, false).report;
}

/// A figure of /proc/self/status, as it stands there.
long statusOf(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) return std::atol(line.c_str() + name.size() + 1);
    }
    return 0;
}

/// A person with a seed.
class Person {
  public:
    explicit Person(unsigned seed) : random_(seed), clip_(clips()[seed % 3]) {}

    void act(RecordedSession& recorded) {
        Session& session = recorded.session();
        switch (pick(9)) {
            case 0:  // another video, which the window then watches
                clip_ = clips()[pick(3)];
                others_.push_back(session.openVideo(testClip(clip_)));
                watch(session);
                break;
            case 1:  // other settings
                kind_ = pick(2) ? AttentionKind::kSparse : AttentionKind::kDense;
                frames_ = pick(2) ? 0 : 24;
                watch(session);
                break;
            case 2:  // seeks, and asks about what comes from there
                fromS_ = pick(2) ? 0 : 1;
                plans_.push_back(session.plan(request()));
                break;
            case 3:
                if (!stoppable_.empty()) {
                    const RequestId stopped = stoppable_[pick(stoppable_.size())];
                    session.cancel(stopped);
                    stopped_.push_back(stopped);
                }
                break;
            case 4:
                watch(session);
                break;
            default: {
                AskRequest asked = request();
                asked.question = pick(2) ? "What happens?" : "Which colours are there?";
                if (pick(4) == 0) asked.history = {{"Really?", "Yes."}};
                asked.mayReuse = pick(5) != 0;
                const RequestId id = session.ask(asked);
                asked_[id] = asked;
                stoppable_.push_back(id);
            }
        }
        wait(recorded);
    }

    /// Every request has ended, and every answer is the plain run's.
    void check(RecordedSession& recorded, std::map<std::string, AnswerReport>& plain) const {
        for (const RequestId id : others_) recorded.waitFor(id);
        for (const RequestId id : plans_) {
            recorded.waitUntil(id, [](const Event& event) {
                return std::holds_alternative<PlanReady>(event) || isLast(event);
            });
        }
        for (const auto& [id, request] : asked_) {
            const Event last = recorded.waitFor(id);
            if (std::holds_alternative<Cancelled>(last)) {
                CHECK(std::find(stopped_.begin(), stopped_.end(), id) != stopped_.end());
                continue;
            }
            if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
            REQUIRE(std::holds_alternative<AnswerDone>(last));
            const AnswerReport& report = std::get<AnswerDone>(last).report;
            const std::string key = nameOfRequest(request);
            if (!plain.contains(key)) plain[key] = plainAnswer(request);
            CAPTURE(key);
            CHECK(report.answer == plain[key].answer);
            CHECK(report.answerTokens == plain[key].answerTokens);
            CHECK(report.promptTokens == plain[key].promptTokens);
            CHECK(report.frameTimesS == plain[key].frameTimesS);
            ++answers;
        }
    }

    static inline int answers = 0;

  private:
    static std::array<int, 3> clips() { return {2, 4, 12}; }

    std::size_t pick(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
    }

    AskRequest request() const {
        AskRequest request = tinyQuestion(clip_);
        request.sampling.maxVideoTokens = 1100;  // a chunk, and what comes after it
        if (fromS_ > 0) request.sampling.fromS = fromS_;
        if (frames_ > 0) request.sampling.frames = frames_;
        request.attention.kind = kind_;
        request.attention.selector.threshold = 0.6;
        return request;
    }

    void watch(Session& session) {
        const RequestId id = session.watch(request());
        others_.push_back(id);
        stoppable_.push_back(id);
    }

    /// Not at all, a moment, or till the latest question is answered.
    void wait(RecordedSession& recorded) {
        const std::size_t how = pick(6);
        if (how == 5 && !asked_.empty()) recorded.waitFor(asked_.rbegin()->first);
        if (how == 3 || how == 4) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1 + pick(60)));
        }
    }

    std::mt19937 random_;
    int clip_;
    AttentionKind kind_ = AttentionKind::kDense;
    int frames_ = 0;
    double fromS_ = 0;
    std::map<RequestId, AskRequest> asked_;
    std::vector<RequestId> others_, plans_, stoppable_, stopped_;
};

}  // namespace

TEST_CASE("whatever is done in whatever order, answers are those of plain runs") {
    constexpr int kActions = 12;
    std::map<std::string, AnswerReport> plain;
    SessionStorage storage;
    const int runs = interleavings();
    long kibEarly = 0, threadsEarly = 0;
    Person::answers = 0;
    for (int run = 0; run < runs; ++run) {
        // Some find features on the disk.
        if (run % 20 == 0) storage.featureFolder = emptyFolder("interleaved");
        CAPTURE(run);
        RecordedSession recorded(storage);
        recorded.patience = std::chrono::minutes(10);  // of a dozen requests on a busy machine
        Person person(static_cast<unsigned>(run) + 1);
        for (int action = 0; action < kActions; ++action) person.act(recorded);
        person.check(recorded, plain);
        recorded.close();
        if (run == runs / 4) {
            kibEarly = statusOf("VmRSS");
            threadsEarly = statusOf("Threads");
        }
        if (runs >= 100 && run % 50 == 0) {
            std::printf("run %d: %ld MiB, %ld threads, %d answers\n", run, statusOf("VmRSS") / 1024,
                        statusOf("Threads"), Person::answers);
            std::fflush(stdout);
        }
    }
    CHECK(Person::answers > runs);
    if (runs < 100) return;  // too few to tell growth from warming up
    CHECK(statusOf("VmRSS") < kibEarly + kibEarly / 5);
    CHECK(statusOf("Threads") <= threadsEarly + 1);
}
