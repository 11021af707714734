// The cut below the frames: something else than this machine's model answers, and neither the
// engine nor the session knows.

#include "core/answer/answerer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "core/answer/frame_stream.h"
#include "core/session/either_answerer.h"
#include "core/session/engine.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/video_probe.h"

using namespace reelquery;

namespace {

/// Answers as a server would: reads the frames one by one with their times, knows the words and
/// the earlier turns, counts no token itself and cannot say where it looked.
class FarAnswerer final : public Answerer {
  public:
    struct Seen {
        Question question;
        std::vector<double> timesS;
        std::vector<std::int64_t> sizes;  // height, width of the first frame
    };

    explicit FarAnswerer(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}

    Capabilities capabilities(const ModelChoice&) const override { return {}; }

    FrameRules frameRules(const ModelChoice&) const override { return {}; }

    Plan plan(const Question& question, const CancelToken&) override {
        Plan plan;
        plan.frames = static_cast<int>(question.frames.wanted.size());
        plan.videoTokens = question.frames.tokens;
        plan.reasons = {"the server counts"};
        return plan;
    }

    ModelReady load(const ModelChoice& choice,
                    const std::function<void(std::int64_t, std::int64_t)>&,
                    const CancelToken&) override {
        ModelReady ready;
        ready.name = choice.folder.string();
        return ready;
    }

    void watch(const AskContext&) override { FAIL("asked for what it cannot do"); }

    AnswerReport answer(const AskContext& ask, std::string& said) override {
        ask.sink(PlanReady{ask.request, plan(ask.question, ask.cancel)});
        seen_->question = ask.question;
        AnswerReport report;
        streamFrames(
            ask.question,
            [&](SampledFrame&& frame) {
                if (seen_->timesS.empty()) seen_->sizes = {frame.rgb.size(1), frame.rgb.size(2)};
                seen_->timesS.push_back(frame.timeS);
            },
            ask.cancel);
        for (const char* word : {"Far ", "away."}) {
            said += word;
            ask.sink(AnswerDelta{ask.request, word});
        }
        report.answer = said;
        report.frames = static_cast<int>(seen_->timesS.size());
        return report;
    }

    ComparisonReport compare(const AskContext&, int) override {
        FAIL("asked for what it cannot do");
        return {};
    }

  private:
    std::shared_ptr<Seen> seen_;
};

AskRequest farQuestion() {
    AskRequest request = tinyQuestion(10);
    request.model.folder = "http://127.0.0.1:8080/v1";
    request.history = {{"Which colour?", "Red."}};
    request.systemPrompt = "Be short.";
    request.sampling.fromS = 2;
    request.sampling.frames = 8;
    return request;
}

/// The last event of one request to an engine of its own; `all` gets every event.
Event endOf(const std::shared_ptr<FarAnswerer::Seen>& seen,
            const std::function<void(Session&)>& ask, std::vector<Event>& all) {
    initVideoLibrary();
    std::promise<Event> last;
    Engine engine(
        [&](const Event& event) {
            all.push_back(event);
            if (isLast(event)) last.set_value(event);
        },
        std::make_unique<FarAnswerer>(seen));
    ask(engine);
    return last.get_future().get();
}

}  // namespace

TEST_CASE("nothing is heard for an answerer that reads no subtitles") {
    const auto seen = std::make_shared<FarAnswerer::Seen>();
    std::vector<Event> all;
    AskRequest request = farQuestion();
    request.subtitles.use = SubtitleUse::kOn;
    request.speech = {SpeechUse::kMake, "/nowhere/speech"};
    const Event last = endOf(
        seen, [&](Session& session) { session.ask(request); }, all);
    if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
    CHECK(std::get<AnswerDone>(last).report.answer == "Far away.");
}

TEST_CASE("another answerer gets the question whole and its frames as a stream") {
    const auto seen = std::make_shared<FarAnswerer::Seen>();
    std::vector<Event> all;
    AskRequest request = farQuestion();
    request.wantEvidence = true;
    const Event last = endOf(
        seen, [&](Session& session) { session.ask(request); }, all);
    if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
    const AnswerReport report = std::get<AnswerDone>(last).report;
    CHECK(report.answer == "Far away.");
    REQUIRE(report.notes.size() == 1);
    CHECK_THAT(report.notes[0], Catch::StartsWith("no evidence: "));

    CHECK(seen->question.asked.question == request.question);
    CHECK(seen->question.asked.systemPrompt == "Be short.");
    REQUIRE(seen->question.asked.history.size() == 1);
    CHECK(seen->question.asked.history[0].answer == "Red.");
    CHECK_FALSE(seen->question.videoId.empty());
    REQUIRE(seen->timesS.size() == 8);
    CHECK(std::is_sorted(seen->timesS.begin(), seen->timesS.end()));
    CHECK(seen->timesS.front() >= 2);
    for (std::size_t i = 0; i < seen->timesS.size(); ++i) {
        CHECK(seen->timesS[i] == Approx(seen->question.frames.wanted[i].takenS).margin(0.06));
    }
    CHECK(seen->sizes == std::vector<std::int64_t>{seen->question.frames.size.height,
                                                   seen->question.frames.size.width});
    std::string said;
    std::size_t plans = 0;
    for (const Event& event : all) {
        if (const auto* delta = std::get_if<AnswerDelta>(&event)) said += delta->text;
        plans += std::holds_alternative<PlanReady>(event);
    }
    CHECK(said == report.answer);
    CHECK(plans == 1);
}

TEST_CASE("what an answerer cannot do is refused in a line, and its failures are told") {
    const auto seen = std::make_shared<FarAnswerer::Seen>();
    std::vector<Event> all;
    const Event compared = endOf(
        seen,
        [](Session& session) {
            session.compare({farQuestion(), 1});
        },
        all);
    REQUIRE(std::holds_alternative<Failed>(compared));
    CHECK(std::get<Failed>(compared).code == ErrorCode::kUsage);
    AskRequest missing = farQuestion();
    missing.video = "/nowhere/missing.mp4";
    const Event failed = endOf(
        seen, [&](Session& session) { session.ask(missing); }, all);
    REQUIRE(std::holds_alternative<Failed>(failed));
    CHECK(std::get<Failed>(failed).code == ErrorCode::kVideo);
}

TEST_CASE("a prompt that came out longer than its plan is said") {
    RecordedSession recorded;
    AskRequest request = tinyQuestion(3);
    const auto notesOf = [&] {
        const Event last = recorded.waitFor(recorded.session().ask(request));
        if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
        return std::get<AnswerDone>(last).report.notes;
    };
    CHECK(notesOf().empty());
    // A letter that Unicode's normal form, which the tokenizer reads, writes with three: more
    // tokens than there are bytes.
    for (int i = 0; i < 200; ++i) request.question += " \U0001D160";
    const std::vector<std::string> notes = notesOf();
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::StartsWith("the prompt has ") && Catch::Contains("were planned"));
}

TEST_CASE("what names a server is not answered here, and the rest is") {
    auto seen = std::make_shared<FarAnswerer::Seen>();
    std::vector<std::string> asked;
    EitherAnswerer either(std::make_unique<FarAnswerer>(seen), [&](const std::string& address) {
        asked.push_back(address);
        return std::string();
    });
    ModelChoice choice;
    choice.folder = "/models/here";
    CHECK(either.load(choice, {}, {}).name == "/models/here");
    CHECK(asked.empty());
    // Nobody listens at port 1; what is no address is said to be none.
    choice.server = "http://127.0.0.1:1";
    CHECK_THROWS_AS(either.load(choice, {}, {}), Error);
    CHECK(asked == std::vector<std::string>{choice.server});
    choice.server = "here";
    CHECK_THROWS_WITH(either.load(choice, {}, {}),
                      Catch::Contains("'here' is not the address of a server"));
}
