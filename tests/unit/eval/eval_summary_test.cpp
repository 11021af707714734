// Counting of records, and that JSON, Markdown and HTML say the same.

#include "core/eval/eval_summary.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/eval/eval_report.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

EvalRecord record(const std::string& id, const std::string& mode, bool right) {
    EvalRecord one;
    one.id = id;
    one.mode = mode;
    one.right = right;
    one.score = right;
    one.videoTokens = 1000;
    one.firstTokenS = mode == "dense" ? 4 : 2;
    one.density = mode == "dense" ? 1 : 0.25;
    return one;
}

const EvalRow& rowOf(const EvalSummary& summary, const std::string& task, const std::string& length,
                     const std::string& mode) {
    for (const EvalRow& row : summary.rows) {
        if (row.task == task && row.length == length && row.mode == mode) return row;
    }
    FAIL("no row for " << task << ", " << length << ", " << mode);
    return summary.rows.front();
}

/// Two videos; dense is right everywhere but once, sparse misses two more; one fails.
EvalOutcome mixedOutcome() {
    EvalOutcome outcome;
    for (const std::string mode : {"dense", "xattention"}) {
        for (const std::string video : {"v0", "v1"}) {
            for (const std::string task : {"colour", "when", "letter"}) {
                const bool right =
                    mode == "dense" ? task != "letter" || video == "v0" : task == "colour";
                outcome.records.push_back(record(video + "-" + task, mode, right));
            }
        }
    }
    outcome.records.back().error = "does not fit";
    return outcome;
}

}  // namespace

TEST_CASE("rows count each task, length and mode, and failures apart") {
    const EvalRequest request = smallRun(emptyTestFolder("rows"), 2, {"dense", "xattention"});
    const EvalSummary summary = summarize(request, mixedOutcome(), "cpu", "1");
    CHECK(rowOf(summary, "colour", "60 s", "dense").correct == 1);
    CHECK(rowOf(summary, "when", "60 s", "xattention").correct == 0);
    const EvalRow& failed = rowOf(summary, "letter", "600 s", "xattention");
    CHECK(failed.total == 0);
    CHECK(failed.failed == 1);
    const EvalRow& all = rowOf(summary, "all", "600 s", "dense");
    CHECK(all.correct == 2);
    CHECK(all.total == 3);
    REQUIRE(summary.totals.size() == 2);
    CHECK(summary.totals[0].correct == 5);
    CHECK(summary.totals[1].correct == 2);
    CHECK(summary.totals[1].density == 0.25);
    REQUIRE(summary.failures.size() == 1);
    CHECK(summary.failures[0].questions == 1);
}

TEST_CASE("pairs hold only questions that both modes answered") {
    const EvalRequest request = smallRun(emptyTestFolder("pairs"), 2, {"dense", "xattention"});
    const EvalSummary summary = summarize(request, mixedOutcome(), "cpu", "1");
    const EvalPairs& all = summary.pairs.back();
    CHECK(all.length == "all");
    CHECK(all.both == 2);
    CHECK(all.onlyDense == 3);
    CHECK(all.onlySparse == 0);
    CHECK(all.neither == 0);  // the one that failed sparse is wrong dense
    CHECK(all.p == Approx(0.25));
}

TEST_CASE("density and first token come from answers whose whole prompt was read") {
    const EvalRequest request = smallRun(emptyTestFolder("fresh"), 1, {"xattention"});
    EvalOutcome outcome;
    outcome.records.push_back(record("v0-colour", "xattention", true));
    EvalRecord again = record("v0-when", "xattention", true);
    again.reusedTokens = 990;
    again.density = 1;
    again.firstTokenS = 0.1;
    outcome.records.push_back(again);
    const EvalSummary summary = summarize(request, outcome, "cpu", "1");
    CHECK(summary.totals[0].density == 0.25);
    CHECK(summary.totals[0].firstTokenS == 2);
    CHECK(summary.totals[0].reusedFirstTokenS == 0.1);
    // A task asked on kept keys and values only gets the density of its videos.
    CHECK(rowOf(summary, "when", "60 s", "xattention").density == 0.25);
}

TEST_CASE("a question in four orders is right only if all four are, and the tasks' mean counts") {
    EvalRequest request;
    request.suite.taskMeanCounts = true;
    request.modes = {{"dense", {}}};
    EvalOutcome outcome;
    // Circles of two tasks: 1 of 2 and 1 of 1 right; a fourth one was not finished.
    const std::vector<std::pair<std::string, std::vector<bool>>> circles = {
        {"ret/a", {true, true, true, true}},
        {"ret/b", {true, true, false, true}},
        {"ord/c", {true, true, true, true}},
        {"ord/d", {true, true, true}}};
    for (const auto& [circle, rights] : circles) {
        for (int order = 0; order < 4; ++order) {
            EvalQuestion question;
            question.id = circle + std::to_string(order);
            question.task = circle.substr(0, 3);
            question.circle = circle;
            request.suite.questions.push_back(question);
            if (order >= static_cast<int>(rights.size())) continue;
            outcome.records.push_back(
                record(question.id, "dense", rights[static_cast<std::size_t>(order)]));
        }
    }
    const EvalSummary summary = summarize(request, outcome, "cpu", "1");
    REQUIRE(summary.circles.size() == 2);
    for (const EvalCircles& one : summary.circles) {
        CHECK(one.correct == 1);
        CHECK(one.total == (one.task == "ret" ? 2 : 1));
    }
    CHECK(summary.taskMean("dense") == Approx(0.75));
}

TEST_CASE("the JSON has the promised keys and the pages the same figures") {
    const EvalRequest request = smallRun(emptyTestFolder("json"), 2, {"dense", "xattention"});
    EvalSummary summary = summarize(request, mixedOutcome(), "a processor", "1.2");
    summary.missingVideos = {"/films/lost.mp4"};
    const auto json = nlohmann::json::parse(summaryJson(summary));
    for (const auto& row : json["rows"]) {
        for (const char* key : {"task", "video_tokens", "mode", "correct", "total", "density",
                                "first_token_s", "interval"}) {
            CHECK(row.contains(key));
        }
    }
    CHECK(json["settings"]["attention"]["xattention"]["stride"] == 16);
    const ReportPage page = evalReport(summary);
    for (const std::string& text : {markdownOf(page), htmlOf(page)}) {
        for (const char* said :
             {"a processor", "5 / 6", "83.3 %", "0.250", "does not fit", "/films/lost.mp4"}) {
            INFO(said);
            CHECK(text.find(said) != std::string::npos);
        }
    }
}
