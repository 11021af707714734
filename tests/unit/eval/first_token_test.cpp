// The first token of sparse answers held against dense ones, from the run to the report.

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/picture_pack.h"
#include "core/eval/eval_report.h"
#include "core/eval/eval_summary.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

constexpr double kDivergence = 0.14384103622589045;  // of (1/2, 1/2) from (1/4, 3/4)

/// Answers whose first word is even for dense attention and uneven for sparse.
Event evenOrUneven(const AskRequest& request) {
    AnswerReport report = answerOf("It is red.", request);
    const bool isDense = request.attention.kind == AttentionKind::kDense;
    if (request.wantFirstLogits) {
        report.firstLogits = isDense ? std::vector<float>{0, 0}
                                     : std::vector<float>{std::log(0.25F), std::log(0.75F)};
    }
    return AnswerDone{0, report};
}

EvalOutcome ranOnce(const EvalRequest& request, ScriptedSession& scripted) {
    SessionCaller session(scripted.factory(), [] { return false; });
    return runEval(request, session, {});
}

}  // namespace

TEST_CASE("the divergence of the first token is logged, summed up and shown") {
    const EvalRequest request = smallRun(emptyTestFolder("divergence"), 2, {"dense", "xattention"});
    ScriptedSession scripted{{}, evenOrUneven};
    const EvalOutcome outcome = ranOnce(request, scripted);
    REQUIRE(outcome.records.size() == 12);
    for (const EvalRecord& record : outcome.records) {
        CHECK(record.firstTokenKl.has_value() == (record.mode == "xattention"));
        const auto again = readRecord(recordLine(record));
        REQUIRE(again);
        CHECK(again->firstTokenKl == record.firstTokenKl);
        if (record.firstTokenKl) CHECK(*record.firstTokenKl == Approx(kDivergence).epsilon(1e-6));
    }
    const EvalSummary summary = summarize(request, outcome, "cpu", "1");
    const EvalVerdict& all = summary.verdicts.back();
    REQUIRE(all.firstTokenKl);
    CHECK(all.firstTokenKl->films == 2);
    CHECK(all.firstTokenKl->figures == 6);
    CHECK(all.firstTokenKl->mean == Approx(kDivergence).epsilon(1e-6));
    const auto json = nlohmann::json::parse(summaryJson(summary));
    const auto& kl = json["verdicts"].back()["first_token_kl"];
    CHECK(kl["mean"].get<double>() == all.firstTokenKl->mean);
    CHECK(kl["interval"][0].get<double>() == all.firstTokenKl->lower);
    CHECK(kl["questions"] == 6);
    const std::string page = markdownOf(evalReport(summary));
    CHECK(page.find("The first token of the answers") != std::string::npos);
    CHECK(page.find("| 0.144 |") != std::string::npos);
}

TEST_CASE("where only the log has a dense answer it is read again, for one token") {
    const auto folder = emptyTestFolder("divergence_again");
    EvalRequest request = smallRun(folder, 1, {"dense", "xattention"});
    request.ask.generation.maxNewTokens = 40;
    ScriptedSession half;
    int asked = 0;
    half.script = [&](const AskRequest& ask) -> Event {
        if (++asked > 4) return Cancelled{};
        return evenOrUneven(ask);
    };
    CHECK(ranOnce(request, half).stopped);
    ScriptedSession rest{{}, evenOrUneven};
    const EvalOutcome outcome = ranOnce(request, rest);
    REQUIRE(outcome.records.size() == 6);
    for (std::size_t i = 3; i < 6; ++i) CHECK(outcome.records[i].firstTokenKl.has_value());
    REQUIRE(rest.asked.size() == 4);  // two that were left, and dense before each
    for (std::size_t i = 0; i < 4; ++i) {
        const bool isDense = rest.asked[i].attention.kind == AttentionKind::kDense;
        CHECK(isDense == (i < 2));
        CHECK(rest.asked[i].generation.maxNewTokens == (isDense ? 1 : 40));
    }
}

TEST_CASE("without a dense mode and at a server nothing is held against anything") {
    EvalRequest alone = smallRun(emptyTestFolder("divergence_alone"), 1, {"xattention"});
    EvalRequest served = smallRun(emptyTestFolder("divergence_served"), 1, {"dense", "xattention"});
    served.ask.model.server = "http://localhost:1/v1";
    for (const EvalRequest* request : {&alone, &served}) {
        ScriptedSession scripted{{}, evenOrUneven};
        for (const EvalRecord& record : ranOnce(*request, scripted).records)
            CHECK_FALSE(record.firstTokenKl.has_value());
        for (const AskRequest& ask : scripted.asked) CHECK_FALSE(ask.wantFirstLogits);
    }
}

TEST_CASE("words alone are asked about a pack without pictures, mode by mode") {
    EvalRequest request;
    const auto folder = emptyTestFolder("words_alone");
    request.log = folder / "answers.jsonl";
    request.suite.rule = ScoringRule::kReferences;
    request.suite.taskMeanCounts = true;
    for (const std::string task : {"vt", "qa_1"}) {
        EvalQuestion question;
        question.id = question.task = task;
        question.question = task + "?";
        question.references = {"red", "blue"};
        question.metric = task == "vt" ? TextMetric::kRecallAll : TextMetric::kRecallPart;
        question.maxNewTokens = task == "vt" ? 30 : 32;
        request.suite.questions.push_back(question);
    }
    for (const std::string mode : {"dense", "xattention"}) {
        AttentionOptions attention;
        if (mode != "dense") attention.kind = AttentionKind::kSparse;
        request.modes.push_back({mode, attention});
    }
    ScriptedSession scripted;
    std::vector<bool> packs;
    scripted.script = [&](const AskRequest& ask) -> Event {
        const auto pack = readPicturePack(ask.video);
        packs.push_back(pack && pack->pictures.empty());
        return evenOrUneven(ask);
    };
    const EvalOutcome outcome = ranOnce(request, scripted);
    CHECK(packs == std::vector<bool>(4, true));
    REQUIRE(scripted.asked.size() == 4);
    CHECK(scripted.asked[0].question == "vt?");
    CHECK(scripted.asked[1].question == "vt?");  // sparse, before the next question
    CHECK(scripted.asked[0].generation.maxNewTokens == 30);
    CHECK(scripted.asked[2].generation.maxNewTokens == 32);
    CHECK_FALSE(std::filesystem::exists(scripted.asked[0].video));
    CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);  // the log

    const EvalSummary summary = summarize(request, outcome, "cpu", "1");
    CHECK(summary.taskMean("dense") == Approx(0.75));  // half of vt's two, one of qa's
    CHECK(summary.isWords);
    REQUIRE(summary.totals[0].scores);
    CHECK(summary.totals[0].scores->films == 2);  // each question stands for itself
    CHECK(summary.totals[0].correct == 1);
    // Two scores, 0.5 and 1: by the two clusters 0.75 -+ 12.7 * 0.25, past both ends of the scale.
    CHECK(summary.totals[0].scores->lower == 0);
    CHECK(summary.totals[0].scores->upper == 1);
    CHECK(summary.rows[0].scores->upper > 0.5);  // one score alone: Wilson's
    const std::string page = markdownOf(evalReport(summary));
    CHECK(page.find("prompt tokens") != std::string::npos);
    CHECK(page.find("75.0 (") != std::string::npos);
    CHECK(nlohmann::json::parse(summaryJson(summary))["totals"][0]["score"] == 0.75);

    // A length that was asked for holds for all.
    request.log = folder / "short.jsonl";
    request.isShortened = true;
    request.ask.generation.maxNewTokens = 3;
    scripted.asked.clear();
    ranOnce(request, scripted);
    for (const AskRequest& ask : scripted.asked) CHECK(ask.generation.maxNewTokens == 3);
}
