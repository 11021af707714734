// The asynchronous interface on real files: order of events, errors, cancellation, shutdown.

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <vector>

#include "core/session/device_list.h"
#include "tests/support/time_bounds.h"
#include "tests/unit/session/recorded_session.h"

using namespace reelquery;

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kCancelBoundS = 0.5 * kSlowdown;

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Holds once a phase has begun; kAnswer begins with the first token.
auto duringPhase(Phase phase) {
    return [phase](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        return progress && progress->phase == phase;
    };
}

}  // namespace

TEST_CASE("opening a video does not wait behind an answer") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.generation.maxNewTokens = 1000;
    const RequestId question = recorded.session().ask(request);
    recorded.waitUntil(question, duringPhase(Phase::kPrefill));
    const Event opened = recorded.waitFor(recorded.session().openVideo(testClip(2)));
    CHECK(std::holds_alternative<VideoOpened>(opened));
    const auto soFar = recorded.eventsOf(question);
    CHECK(std::none_of(soFar.begin(), soFar.end(), isLast));
    recorded.session().cancel(question);
    CHECK(isLast(recorded.waitFor(question)));
}

TEST_CASE("a question ends in an answer whose figures agree with the events before it") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.wantFrames = true;
    const RequestId id = recorded.session().ask(request);
    const Event last = recorded.waitFor(id);
    REQUIRE(std::holds_alternative<AnswerDone>(last));
    const AnswerReport report = std::get<AnswerDone>(last).report;

    std::string said;
    std::map<Phase, std::int64_t> done;
    std::size_t frames = 0, plans = 0, lasts = 0;
    for (const Event& event : recorded.eventsOf(id)) {
        if (const auto* delta = std::get_if<AnswerDelta>(&event)) said += delta->text;
        if (const auto* progress = std::get_if<Progress>(&event)) {
            CHECK(progress->done >= done[progress->phase]);
            done[progress->phase] = progress->done;
        }
        if (const auto* frame = std::get_if<FrameSeen>(&event)) {
            CHECK(frame->timeS == report.frameTimesS.at(frames));
            CHECK(frame->rgb->size() == static_cast<std::size_t>(frame->width * frame->height * 3));
            ++frames;
        }
        plans += std::holds_alternative<PlanReady>(event);
        lasts += isLast(event);
    }
    CHECK(said == report.answer);
    CHECK(lasts == 1);
    CHECK(plans == 1);
    CHECK(frames == report.frameTimesS.size());
    CHECK(done[Phase::kDecode] == report.frames);
    CHECK(done[Phase::kPrefill] == report.promptTokens);
    CHECK(done[Phase::kAnswer] >= report.answerTokens - 1);
    CHECK(report.videoTokens > 0);
    CHECK(report.attentionS <= report.prefillS);
    CHECK(report.firstTokenS >= report.prefillS);
    CHECK(report.peakHostBytes > 0);
    CHECK_FALSE(report.peakDeviceBytes);  // on the CPU there is none
}

TEST_CASE("a plan foretells the tokens of the answer") {
    RecordedSession recorded;
    const AskRequest request = tinyQuestion(3);
    const RequestId id = recorded.session().plan(request);
    recorded.waitUntil(id,
                       [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
    const Plan plan = std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
    CHECK(plan.fits);
    const AnswerReport report = answer(recorded, request);
    CHECK(plan.videoTokens == report.videoTokens);
    CHECK(plan.frames == report.frames);
    CHECK(plan.promptTokens >= report.promptTokens);
    CHECK(plan.promptTokens <= report.promptTokens + 150);
}

TEST_CASE("the same question twice in one session gives the same answer as in a fresh one") {
    RecordedSession first, second;
    const AskRequest request = tinyQuestion(3);
    const std::string once = answer(first, request).answer;
    CHECK(answer(first, request).answer == once);
    CHECK(answer(second, request).answer == once);
}

TEST_CASE("earlier turns become part of the prompt") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    const auto alone = answer(recorded, request).promptTokens;
    request.history.push_back({"Which colour?", "It is red."});
    CHECK(answer(recorded, request).promptTokens > alone);
}

TEST_CASE("a stop is honoured within half a second in every phase") {
    const auto phase =
        GENERATE(Phase::kLoad, Phase::kDecode, Phase::kEncode, Phase::kPrefill, Phase::kAnswer);
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 8192;
    request.generation.maxNewTokens = 5000;
    const double tookS = leastOfThree(kCancelBoundS, [&] {
        RecordedSession recorded;
        const RequestId id = recorded.session().ask(request);
        recorded.waitUntil(id, duringPhase(phase));
        const auto asked = Clock::now();
        recorded.session().cancel(id);
        const Event last = recorded.waitFor(id);
        CHECK(std::holds_alternative<Cancelled>(last));
        return secondsSince(asked);
    });
    CHECK(tookS < kCancelBoundS);
}

TEST_CASE("opening and planning do not wait for an answer that runs") {
    constexpr double kBoundS = 0.3 * kSlowdown;
    AskRequest slow = tinyQuestion(60);
    slow.sampling.maxVideoTokens = 8192;
    slow.generation.maxNewTokens = 20000;
    RecordedSession recorded;
    const AskRequest other = tinyQuestion(3);
    Session& session = recorded.session();
    const auto planOf = [&](RequestId id) {
        const auto isPlan = [](const Event& event) {
            return std::holds_alternative<PlanReady>(event);
        };
        recorded.waitUntil(id, isPlan);
        return std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
    };
    const Plan before = planOf(session.plan(other));
    const RequestId running = session.ask(slow);
    const auto phase = GENERATE(Phase::kEncode, Phase::kAnswer);
    recorded.waitUntil(running, duringPhase(phase));
    const double tookS = leastOfThree(kBoundS, [&] {
        const auto asked = Clock::now();
        const RequestId opened = session.openVideo(other.video);
        const RequestId planned = session.plan(other);
        const Plan meanwhile = planOf(planned);
        CHECK(std::holds_alternative<VideoOpened>(recorded.waitFor(opened)));
        const double seconds = secondsSince(asked);
        CHECK(meanwhile.promptTokens == before.promptTokens);
        CHECK(meanwhile.memoryBytes() == before.memoryBytes());
        CHECK(meanwhile.fits);
        return seconds;
    });
    CHECK(tookS < kBoundS);
    for (const Event& event : recorded.eventsOf(running)) CHECK_FALSE(isLast(event));

    // What waits for the model, what runs and what plans all end when the session is closed.
    const RequestId waiting = session.ask(slow);
    const RequestId planning = session.plan(other);
    const auto closed = Clock::now();
    recorded.close();
    CHECK(secondsSince(closed) < kCancelBoundS);
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(running)));
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(waiting)));
    const std::vector<Event> ends = recorded.eventsOf(planning);
    REQUIRE(ends.size() == 1);
    CHECK(
        (std::holds_alternative<Cancelled>(ends[0]) || std::holds_alternative<PlanReady>(ends[0])));
}

TEST_CASE("a request that waits its turn can be stopped") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(60);
    request.generation.maxNewTokens = 5000;
    const RequestId running = recorded.session().ask(request);
    const RequestId waiting = recorded.session().ask(request);
    recorded.session().cancel(waiting);
    recorded.session().cancel(running);
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(running)));
    CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(waiting)));
}

TEST_CASE("closing the session in the middle of an answer ends everything quickly") {
    AskRequest request = tinyQuestion(60);
    request.generation.maxNewTokens = 5000;
    const double tookS = leastOfThree(kCancelBoundS, [&] {
        RecordedSession recorded;
        const RequestId running = recorded.session().ask(request);
        const RequestId waiting = recorded.session().ask(request);
        recorded.waitUntil(running, duringPhase(Phase::kPrefill));
        const auto closed = Clock::now();
        recorded.close();
        const double endedS = secondsSince(closed);
        CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(running)));
        CHECK(std::holds_alternative<Cancelled>(recorded.waitFor(waiting)));
        return endedS;
    });
    CHECK(tookS < kCancelBoundS);
}

TEST_CASE("a failure names its kind and the next question works") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.video = emptyFolder("none") / "missing.mp4";
    Event last = recorded.waitFor(recorded.session().ask(request));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kVideo);
    CHECK(std::get<Failed>(last).message.find("missing.mp4") != std::string::npos);

    request = tinyQuestion(3);
    request.model.folder = emptyFolder("nomodel");
    last = recorded.waitFor(recorded.session().ask(request));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kModel);

    CHECK_FALSE(answer(recorded, tinyQuestion(3)).answer.empty());
}

namespace {

Plan planOf(RecordedSession& recorded, const AskRequest& asked) {
    const RequestId id = recorded.session().plan(asked);
    recorded.waitUntil(id,
                       [](const Event& event) { return std::holds_alternative<PlanReady>(event); });
    return std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
}

/// What a question needs where memory is short: with one decoder, since those give way first.
Plan leastPlan(RecordedSession& recorded, AskRequest asked) {
    asked.maxMemoryBytes = 1;
    return planOf(recorded, asked);
}

}  // namespace

TEST_CASE("what does not fit is refused with choices that do") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 16384;
    const Plan whole = leastPlan(recorded, request);
    request.maxMemoryBytes = whole.memoryBytes() - whole.cacheBytes / 2;
    const Event last = recorded.waitFor(recorded.session().ask(request));
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kMemory);
    CHECK(std::get<Failed>(last).hint.find("--") != std::string::npos);

    const Plan plan = planOf(recorded, request);
    CHECK_FALSE(plan.fits);
    REQUIRE_FALSE(plan.choices.empty());
    for (const PlanChoice& choice : plan.choices)
        CHECK(choice.memoryBytes <= request.maxMemoryBytes);
}

TEST_CASE("every way out that a refusal offers is one") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 16384;
    const Plan whole = leastPlan(recorded, request);
    AskRequest few = request;
    few.sampling.frames = 2;
    few.sampling.maxVideoTokens = 256;
    const Plan least = leastPlan(recorded, few);
    std::size_t withNumbers = 0, withBoth = 0;
    for (const std::int64_t limit :
         {whole.memoryBytes() - whole.cacheBytes / 3, whole.memoryBytes() - whole.weightBytes / 2,
          // Not two frames fit beside the weights as they are.
          least.memoryBytes() - whole.weightBytes / 16}) {
        request.maxMemoryBytes = limit;
        const Plan plan = planOf(recorded, request);
        CHECK_FALSE(plan.fits);
        REQUIRE_FALSE(plan.choices.empty());
        for (const PlanChoice& choice : plan.choices) {
            INFO(choice.text() << ": " << choice.flag);
            AskRequest taken = request;
            taken.sampling.frames = choice.sampling.frames;
            taken.sampling.maxVideoTokens = choice.sampling.maxVideoTokens;
            taken.sampling.toS = choice.sampling.toS;
            taken.model.weights = choice.weights;
            taken.model.kv = choice.kv;
            const Plan after = planOf(recorded, taken);
            CHECK(after.fits);
            CHECK(after.memoryBytes() <= request.maxMemoryBytes);
            CHECK(after.videoTokens == choice.videoTokens);
            // Of fewer or smaller frames less is waiting, and less time text is in the prompt.
            CHECK(after.memoryBytes() <= choice.memoryBytes);
            if (choice.what.empty()) CHECK(after.memoryBytes() == choice.memoryBytes);
            CHECK_FALSE(choice.text().empty());
            CHECK((choice.flag.find("--kv int8") != std::string::npos) ==
                  (choice.kv == KvChoice::kInt8));
            withNumbers += choice.numbers.empty() ? 0 : 1;
            withBoth += choice.numbers.empty() || choice.what.empty() ? 0 : 1;
        }
    }
    CHECK(withNumbers > 0);
    CHECK(withBoth > 0);
}

TEST_CASE("CUDA answers where the driver has a usable card and is refused elsewhere") {
    const std::vector<DeviceEntry> devices = listDevices();
    const bool hasCard = std::any_of(devices.begin(), devices.end(), [](const DeviceEntry& device) {
        return device.isUsable && device.kind == DeviceKind::kCuda;
    });
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.model.device = DeviceKind::kCuda;
    const Event last = recorded.waitFor(recorded.session().ask(request));
    if (hasCard) {
        WARN("this machine has a usable card: CUDA has to answer here");
        REQUIRE(std::holds_alternative<AnswerDone>(last));
        CHECK(std::get<AnswerDone>(last).report.device.starts_with("cuda:"));
    } else {
        REQUIRE(std::holds_alternative<Failed>(last));
        CHECK(std::get<Failed>(last).code == ErrorCode::kDevice);
    }
}

TEST_CASE("a model stays loaded for a request that leads to it by another spelling") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    request.model.dtype = DtypeChoice::kAuto;
    const AnswerReport first = answer(recorded, request);
    CHECK(first.loadS > 0);
    request.model.dtype =
        first.dtype == "bfloat16" ? DtypeChoice::kBfloat16 : DtypeChoice::kFloat32;
    const AnswerReport again = answer(recorded, request);
    CHECK(again.loadS < 1e-3);  // which is asking for the back end
    CHECK(again.reusedTokens > 0);
    CHECK(again.answer == first.answer);
}
