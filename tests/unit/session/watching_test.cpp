// Watching ahead: a question finds done what precedes its words, and answers as if it had not.

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <thread>

#include "core/session/ahead.h"
#include "core/session/keep/feature_files.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;

namespace {

/// Several chunks of video and an answer long enough to show a differing bit.
AskRequest question(AttentionKind kind, const std::string& words) {
    AskRequest request = tinyQuestion(20);
    request.sampling.maxVideoTokens = 1500;
    request.attention.kind = kind;
    request.attention.selector.threshold = 0.6;
    request.generation.maxNewTokens = 24;
    request.question = words;
    return request;
}

void checkSame(const AnswerReport& report, const AnswerReport& fresh) {
    CHECK(report.answer == fresh.answer);
    CHECK(report.answerTokens == fresh.answerTokens);
    CHECK(report.promptTokens == fresh.promptTokens);
    CHECK(report.frameTimesS == fresh.frameTimesS);
}

}  // namespace

TEST_CASE("a question about a video that was watched reads its words only") {
    const auto kind = GENERATE(AttentionKind::kDense, AttentionKind::kSparse, AttentionKind::kAuto);
    RecordedSession recorded;
    AskRequest request = question(kind, "What happens?");
    const RequestId watching = recorded.session().watch(request);
    REQUIRE(std::holds_alternative<Watched>(recorded.waitFor(watching)));
    double timeS = -1;
    int steps = 0;
    for (const Event& event : recorded.eventsOf(watching)) {
        CHECK_FALSE(std::holds_alternative<AnswerDelta>(event));
        if (const auto* to = std::get_if<WatchedTo>(&event)) {
            CHECK(to->timeS > timeS);
            timeS = to->timeS;
            ++steps;
        }
    }
    CHECK(steps > 2);
    CHECK(timeS > 15);

    request.history = {{"Really?", "Yes."}};
    const AnswerReport report = answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK(report.featuresFromCache);
    CHECK(report.reusedTokens > report.videoTokens);
    CHECK(report.decodeS == 0);
    CHECK(report.encodeS == 0);
    CHECK(report.waitedS == 0);
    if (kind != AttentionKind::kAuto) checkSame(report, freshAnswer(request));
}

TEST_CASE("a question in the middle of watching goes on from there, with its progress") {
    const auto phase = GENERATE(Phase::kEncode, Phase::kPrefill);
    RecordedSession recorded;
    const AskRequest request = question(AttentionKind::kDense, "What happens?");
    RequestId asked = 0;
    RequestId watching = 0;
    recorded.onEvent = [&](const Event& event) {
        if (asked == 0 && requestOf(event) == watching && inPhase(event, phase))
            asked = recorded.session().ask(request);
    };
    watching = recorded.session().watch(request);
    REQUIRE(std::holds_alternative<Watched>(recorded.waitFor(watching)));
    REQUIRE(asked != 0);
    const AnswerReport report = answered(recorded.waitFor(asked));
    CHECK(report.featuresFromCache);
    CHECK(report.reusedTokens > report.videoTokens);
    CHECK(report.waitedS > 0);
    CHECK(report.firstTokenS >= report.waitedS);
    checkSame(report, freshAnswer(request));
    // What was left of the watching is the question's progress.
    const auto events = recorded.eventsOf(asked);
    CHECK(std::any_of(events.begin(), events.end(),
                      [&](const Event& event) { return inPhase(event, Phase::kPrefill); }));
}

TEST_CASE("whatever else needs the model stops watching at once") {
    RecordedSession recorded;
    const AskRequest watched = question(AttentionKind::kDense, "");
    AskRequest other = question(AttentionKind::kDense, "What happens?");
    SECTION("another video") {
        other.video = testClip(3);
    }
    SECTION("other frames") {
        other.sampling.frames = 8;
    }
    SECTION("other attention") {
        other.attention.kind = AttentionKind::kSparse;
    }
    SECTION("a system prompt") {
        other.systemPrompt = "Answer in one word.";
    }
    SECTION("a run that may not reuse") {
        other.mayReuse = false;
    }
    const RequestId watching = recorded.session().watch(watched);
    recorded.waitUntil(watching, [](const Event& event) { return inPhase(event, Phase::kEncode); });
    const RequestId asked = recorded.session().ask(other);
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(watching)));
    const AnswerReport report = answered(recorded.waitFor(asked));
    CHECK(report.waitedS == 0);
    checkSame(report, freshAnswer(other));
}

TEST_CASE("a comparison uses nothing that was watched, and stops it") {
    RecordedSession recorded;
    const AskRequest request = question(AttentionKind::kSparse, "What happens?");
    const RequestId watching = recorded.session().watch(request);
    recorded.waitUntil(watching, [](const Event& event) { return inPhase(event, Phase::kEncode); });
    const RequestId compared = recorded.session().compare({request, 1});
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(watching)));
    const Event last = recorded.waitFor(compared);
    REQUIRE(std::holds_alternative<ComparisonDone>(last));
}

TEST_CASE("stopping the question stops what it waits for, and later ones are right") {
    RecordedSession recorded;
    const AskRequest request = question(AttentionKind::kSparse, "What happens?");
    const auto phase = GENERATE(Phase::kEncode, Phase::kPrefill);
    RequestId asked = 0, watching = 0;
    // The prompt is read while the video is still encoded; what is stopped then keeps no features.
    bool isAllSeen = phase == Phase::kEncode;
    recorded.onEvent = [&](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (inPhase(event, Phase::kEncode) && progress->done == progress->total) isAllSeen = true;
        if (asked == 0 && requestOf(event) == watching && isAllSeen && inPhase(event, phase)) {
            asked = recorded.session().ask(request);
            recorded.session().cancel(asked);
        }
    };
    watching = recorded.session().watch(request);
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(watching)));
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(asked)));
    // Goes on from the chunks that were read whole.
    const AnswerReport report = answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK(report.featuresFromCache == (phase == Phase::kPrefill));
    checkSame(report, freshAnswer(request));
}

TEST_CASE("watching what cannot be watched fails and leaves the session as it was") {
    RecordedSession recorded;
    AskRequest request = question(AttentionKind::kDense, "What happens?");
    AskRequest missing = request;
    missing.video = "/nowhere/film.mp4";
    CHECK(std::holds_alternative<Failed>(recorded.waitFor(recorded.session().watch(missing))));
    AskRequest large = request;
    large.maxMemoryBytes = 1 << 20;
    const Event last = recorded.waitFor(recorded.session().watch(large));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kMemory);
    checkSame(answered(recorded.waitFor(recorded.session().ask(request))), freshAnswer(request));
}

TEST_CASE("what was watched reaches the disk though nobody asks") {
    SessionStorage storage;
    storage.featureFolder = emptyFolder("watched-features");
    const AskRequest request = question(AttentionKind::kDense, "What happens?");
    {
        RecordedSession recorded(storage);
        recorded.waitFor(recorded.session().watch(request));
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (storedFeatures(storage.featureFolder).videos == 0 &&
               std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        CHECK(storedFeatures(storage.featureFolder).videos == 1);
    }
    RecordedSession another(storage);
    const AnswerReport report = answered(another.waitFor(another.session().ask(request)));
    CHECK(report.featuresFromCache);
    checkSame(report, freshAnswer(request));
}

TEST_CASE("a question does not wait for features that are written for later") {
    SessionStorage storage;
    storage.featureFolder = emptyFolder("interrupted-features");
    std::promise<void> begun;
    std::atomic<int> pieces = 0;
    std::atomic<bool> isStuck = true;
    storage.afterPiece = [&] {
        if (++pieces == 1) begun.set_value();
        while (isStuck) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    const AskRequest request = question(AttentionKind::kDense, "What happens?");
    RecordedSession recorded(storage);
    std::atomic<int> piecesAtFirstWord = -1;
    recorded.onEvent = [&](const Event& event) {
        if (std::holds_alternative<AnswerDelta>(event) && piecesAtFirstWord < 0)
            piecesAtFirstWord = pieces.load();
    };
    recorded.waitFor(recorded.session().watch(request));
    REQUIRE(begun.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    const RequestId asked = recorded.session().ask(request);
    isStuck = false;
    const AnswerReport report = answered(recorded.waitFor(asked));
    CHECK(piecesAtFirstWord == 1);  // the piece in hand, no other
    CHECK(report.featuresFromCache);
    CHECK(storedFeatures(storage.featureFolder).videos == 1);  // with the answer
    checkSame(report, freshAnswer(request));
}

TEST_CASE("watching gives way to other threads, a question does not") {
    const auto priorities = [] {
        std::set<int> all;
        for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
            const auto id = static_cast<id_t>(std::stoi(thread.path().filename()));
            all.insert(getpriority(PRIO_PROCESS, id));
        }
        return all;
    };
    const int usual = getpriority(PRIO_PROCESS, 0);
    const auto lower = [&](const std::set<int>& all) { return *all.rbegin() > usual; };
    RecordedSession recorded;
    std::atomic<int> whileWatching = usual - 1, whileAsked = usual - 1;
    std::atomic<bool> workersGiveWay = false;
    recorded.onEvent = [&](const Event& event) {
        if (!inPhase(event, Phase::kEncode) && !inPhase(event, Phase::kAnswer)) return;
        const int mine = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
        (inPhase(event, Phase::kEncode) ? whileWatching : whileAsked) = mine;
        if (inPhase(event, Phase::kEncode) && lower(priorities())) workersGiveWay = true;
    };
    const AskRequest request = question(AttentionKind::kDense, "What happens?");
    recorded.waitFor(recorded.session().watch(request));
    CHECK(whileWatching == std::min(usual + 10, 19));
    CHECK((workersGiveWay || usual == 19));
    answered(recorded.waitFor(recorded.session().ask(request)));
    CHECK(whileAsked == usual);
    CHECK_FALSE(lower(priorities()));  // none is left behind
}

TEST_CASE("a watching with an heir is not stopped for others") {
    const auto same = [](const AskRequest&) { return true; };
    const auto other = [](const AskRequest&) { return false; };
    Ahead ahead;
    ahead.begin(1, {});
    CHECK(ahead.heir(1) == 0);
    CHECK(ahead.makeWay(2, same, true).empty());
    CHECK(ahead.heir(1) == 2);
    CHECK(ahead.makeWay(3, other, true).empty());
    CHECK(ahead.stoppedWith(2) == RequestId{1});
    CHECK_FALSE(ahead.stoppedWith(3));
    ahead.end(1);
    CHECK_FALSE(ahead.stoppedWith(2));
    CHECK(ahead.takeWaited(2));
    CHECK_FALSE(ahead.takeWaited(2));
    CHECK_FALSE(ahead.takeWaited(3));
    ahead.begin(4, {});
    CHECK(ahead.makeWay(5, other, false) == std::vector<RequestId>{4});
}
