// A run over a scripted session: order, failures, stopping and going on.

#include "core/eval/eval_run.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "core/base/error.h"
#include "core/eval/answer_log.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

Event rightAnswer(const AskRequest& request) {
    const std::string& question = request.question;
    const char* text = question == "colour?" ? "It is red."
                       : question == "when?" ? "At 1:06."
                                             : "B";
    return AnswerDone{0, answerOf(text, request)};
}

EvalOutcome runOn(
    const EvalRequest& request, ScriptedSession& scripted,
    std::function<bool()> stop = [] { return false; }, const EvalProgress& progress = {}) {
    SessionCaller session(scripted.factory(), std::move(stop));
    return runEval(request, session, progress);
}

std::string textOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

ErrorCode codeOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    return ErrorCode::kInternal;
}

}  // namespace

TEST_CASE("all questions on a video follow each other, mode by mode") {
    const EvalRequest request = smallRun(emptyTestFolder("order"), 2, {"dense", "xattention"});
    ScriptedSession scripted{{}, rightAnswer};
    const EvalOutcome outcome = runOn(request, scripted);
    REQUIRE(scripted.asked.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(scripted.asked[i].video.filename() == (i < 6 ? "v0.mp4" : "v1.mp4"));
        const bool isDense = scripted.asked[i].attention.kind == AttentionKind::kDense;
        CHECK(isDense == (i % 6 < 3));
    }
    CHECK_FALSE(outcome.stopped);
    REQUIRE(outcome.records.size() == 12);
    for (const EvalRecord& record : outcome.records) CHECK(record.right);
    // Four pictures a second apart: a step is two of them.
    CHECK(outcome.records[0].toleranceS == 2);
}

TEST_CASE("a run that was stopped goes on where it ended") {
    const EvalRequest request = smallRun(emptyTestFolder("stopped"), 2, {"dense"});
    ScriptedSession first{{}, rightAnswer};
    const EvalOutcome half = runOn(request, first, [&] { return first.asked.size() >= 4; });
    CHECK(half.stopped);
    const std::size_t done = half.records.size();
    CHECK((done == 3 || done == 4));

    ScriptedSession second{{}, rightAnswer};
    std::size_t before = done;
    const EvalOutcome whole = runOn(
        request, second, [] { return false; },
        [&](const EvalStep& step) {
            CHECK(step.done == ++before);
            CHECK(step.total == 6);
        });
    CHECK(second.asked.size() == 6 - done);
    CHECK(whole.records.size() == 6);
}

TEST_CASE("a line cut off by a kill is dropped and asked again") {
    const EvalRequest request = smallRun(emptyTestFolder("killed"), 1, {"dense"});
    ScriptedSession scripted{{}, rightAnswer};
    runOn(request, scripted);
    const std::string text = textOf(request.log);
    for (const std::size_t cut : {1, 20, 150}) {
        std::filesystem::resize_file(request.log, text.size() - cut);
        ScriptedSession again{{}, rightAnswer};
        CHECK(runOn(request, again).records.size() == 3);
        CHECK(again.asked.size() == 1);
        CHECK(textOf(request.log) == text);
    }
}

TEST_CASE("one video that cannot be read is counted and does not end the run") {
    const EvalRequest request = smallRun(emptyTestFolder("unreadable"), 3, {"dense"});
    ScriptedSession scripted;
    scripted.script = [](const AskRequest& ask) -> Event {
        if (ask.video.filename() != "v1.mp4") return rightAnswer(ask);
        return Failed{0, ErrorCode::kVideo, "v1.mp4: no moov atom", "copy it again", ""};
    };
    const EvalOutcome outcome = runOn(request, scripted);
    CHECK(scripted.asked.size() == 7);  // the broken one is opened once
    int failed = 0;
    for (const EvalRecord& record : outcome.records) {
        if (record.answered()) continue;
        ++failed;
        CHECK(record.error == "v1.mp4: no moov atom");
    }
    CHECK(failed == 3);

    // Mended, it is asked again; what was answered is not.
    ScriptedSession mended{{}, rightAnswer};
    for (const EvalRecord& record : runOn(request, mended).records) CHECK(record.answered());
    CHECK(mended.asked.size() == 3);
}

TEST_CASE("one question that fails leaves the others of its video alone") {
    const EvalRequest request = smallRun(emptyTestFolder("one_fails"), 1, {"dense"});
    ScriptedSession scripted;
    scripted.script = [](const AskRequest& ask) -> Event {
        if (ask.question != "when?") return rightAnswer(ask);
        return Failed{0, ErrorCode::kMemory, "does not fit", "", ""};
    };
    const EvalOutcome outcome = runOn(request, scripted);
    REQUIRE(outcome.records.size() == 3);
    CHECK(outcome.records[1].error == "does not fit");
    CHECK(outcome.records[2].right);
}

TEST_CASE("without a model the run ends at once") {
    const EvalRequest request = smallRun(emptyTestFolder("no_model"), 2, {"dense"});
    ScriptedSession scripted;
    scripted.script = [](const AskRequest&) -> Event {
        return Failed{0, ErrorCode::kModel, "config.json is missing", "", ""};
    };
    CHECK(codeOf([&] { runOn(request, scripted); }) == ErrorCode::kModel);
    CHECK(scripted.asked.size() == 1);
}

TEST_CASE("answers of other settings are not mixed in") {
    EvalRequest request = smallRun(emptyTestFolder("settings"), 1, {"dense"});
    ScriptedSession scripted{{}, rightAnswer};
    runOn(request, scripted);
    request.ask.sampling.maxVideoTokens = 99;
    CHECK(codeOf([&] { runOn(request, scripted); }) == ErrorCode::kUsage);
    writeFile(request.log, settingsJson(request) + "\nno answer\n");
    CHECK(codeOf([&] { runOn(request, scripted); }) == ErrorCode::kUsage);
}

TEST_CASE("a log goes on with the same weights, program and questions only") {
    struct Change {
        const char* key;  // of the settings; the message names it
        std::function<void(EvalRequest&)> apply;
    };

    const Change change = GENERATE(values<Change>({
        {"model_files", [](EvalRequest& r) { r.modelFiles = "retrained"; }},
        {"program", [](EvalRequest& r) { r.program = "0.2.0"; }},
        {"suite_id", [](EvalRequest& r) { r.suite.questions[1].question = "since when?"; }},
        {"suite_id", [](EvalRequest& r) { r.suite.questions[2].truth = "C"; }},
        {"suite_id",
         [](EvalRequest& r) {
             r.suite.questions[0].before = {{"What?", "This."}};
         }},
        {"system_prompt", [](EvalRequest& r) { r.ask.systemPrompt = "Be short."; }},
        {"sampling",
         [](EvalRequest& r) {
             r.ask.sampling.within = {{1, 2}};
         }},
    }));
    CAPTURE(change.key);
    EvalRequest request = smallRun(emptyTestFolder("same_weights"), 1, {"dense"});
    request.modelFiles = "trained";
    request.program = "0.1.0";
    request.suiteId = suiteId(request.suite);
    ScriptedSession first{{}, rightAnswer};
    runOn(request, first);
    CHECK(first.asked.size() == 3);
    ScriptedSession again{{}, rightAnswer};
    runOn(request, again);
    CHECK(again.asked.empty());

    EvalRequest changed = request;
    change.apply(changed);
    changed.suiteId = suiteId(changed.suite);
    ScriptedSession refused{{}, rightAnswer};
    try {
        runOn(changed, refused);
        FAIL("answers of something else were taken for this run's");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        CHECK_THAT(error.message(), Catch::Contains(change.key) && !Catch::Contains("\n"));
    }
    CHECK(refused.asked.empty());
}

TEST_CASE("a limit takes the first questions of every video in turn, circles whole") {
    EvalRequest request = smallRun(emptyTestFolder("limit"), 3, {"dense"});
    std::vector<std::string> ids;
    for (const EvalQuestion& one : limited(request.suite.questions, 4)) ids.push_back(one.id);
    CHECK(ids == std::vector<std::string>{"v0-colour", "v0-when", "v1-colour", "v2-colour"});
    CHECK(limited(request.suite.questions, 100).size() == 9);
    for (EvalQuestion& one : request.suite.questions) {
        if (one.video.filename() == "v0.mp4") one.circle = "first";
    }
    CHECK(limited(request.suite.questions, 2).size() == 3);  // the circle is not torn
}

TEST_CASE("moments that meet the true interval are hits, the first three only") {
    struct Case {
        std::vector<Moment> moments;
        bool hit;
    };

    const Case cases[] = {
        {{{60, 65, 62, 1}}, true},
        {{{67.5, 70, 68, 1}}, false},
        {{{0, 1, 0, 1}, {10, 11, 10, 1}, {66, 66, 66, 1}}, true},
        {{{0, 1, 0, 1}, {10, 11, 10, 1}, {20, 21, 20, 1}, {66, 66, 66, 1}}, false},
    };
    const EvalRequest request = smallRun(emptyTestFolder("hits"), 1, {"dense"});
    const EvalQuestion& question = request.suite.questions[0];
    for (const Case& one : cases) {
        AnswerReport report = answerOf("red", request.ask);
        report.evidence.weights = {1};
        report.evidence.moments = one.moments;
        CHECK(scoredRecord(question, ScoringRule::kFacts, "dense", report).evidenceHit == one.hit);
    }
    const AnswerReport without = answerOf("red", request.ask);
    CHECK_FALSE(scoredRecord(question, ScoringRule::kFacts, "dense", without).evidenceHit);
}
