// The report over lengths: its four files and compare --json hold the same digits.

#include "core/eval/length_report.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/eval/eval_summary.h"
#include "core/eval/length_figures.h"
#include "core/session/report/report_json.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

ComparisonReport comparison(std::int64_t tokens, Spread densePrefill, Spread sparsePrefill) {
    ComparisonReport report;
    report.dense.report.videoTokens = tokens;
    report.sparse.report.density = 1.0 / 3;
    report.dense.prefillS = densePrefill;
    report.sparse.prefillS = sparsePrefill;
    report.dense.attentionS = {2.0 / 3, 0.6, 0.7};
    report.sparse.attentionS = {0.1 + 0.2, 0.3, 0.31};
    report.speedUp = {2.0 / 3 / (0.1 + 0.2), densePrefill.median / sparsePrefill.median, 1.1};
    report.rounds = 3;
    return report;
}

LengthReport twoLengths() {
    LengthReport report;
    report.video = "film.mp4";
    report.machine = "a processor";
    report.points = {{1024, comparison(1008, {1.0 / 7, 0.14, 0.145}, {0.17, 0.165, 0.172})},
                     {8192, comparison(7992, {3.1, 2.9, 3.5}, {1.9, 1.85, 1.95})}};
    return report;
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells = {""};
    for (const char c : line) {
        if (c == ',') {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

}  // namespace

TEST_CASE("the report's JSON holds each comparison as compare --json prints it") {
    const LengthReport report = twoLengths();
    const auto json = nlohmann::ordered_json::parse(lengthJson(report));
    REQUIRE(json["points"].size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(json["points"][i]["comparison"].dump() ==
              comparisonJson(report.points[i].comparison));
    }
}

TEST_CASE("CSV, Markdown and HTML hold the digits of the JSON") {
    const LengthReport report = twoLengths();
    const std::string csv = lengthCsv(report), markdown = markdownOf(lengthPage(report)),
                      html = htmlOf(lengthPage(report));
    const std::vector<std::string> names = figureNames();
    const std::vector<std::string> head = split(csv.substr(0, csv.find('\n')));
    REQUIRE(head.size() == names.size() + 1);
    const std::string row = csv.substr(csv.find('\n') + 1);
    const std::vector<std::string> cells = split(row.substr(0, row.find('\n')));
    const auto json = nlohmann::json::parse(comparisonJson(report.points[0].comparison));
    const auto at = [&](const std::string& name) {
        return cells.at(
            static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin()));
    };
    CHECK(at("density") == json["xattention"]["density"].dump());
    CHECK(at("dense_prefill_s") == json["dense"]["spread"]["prefill_s"]["median"].dump());
    CHECK(at("xattention_attention_s_max") ==
          json["xattention"]["spread"]["attention_s"]["max"].dump());
    CHECK(at("speed_up_prefill") == json["speed_up"]["prefill"].dump());
    CHECK(at("same_option").empty());
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        CHECK(markdown.find("| " + names[i] + " | " + cells[i + 1] + " |") != std::string::npos);
        CHECK(html.find(">" + names[i] + "</td><td>" + cells[i + 1] + "</td>") !=
              std::string::npos);
    }
}

TEST_CASE("where dense wins, the report says so") {
    for (const std::string& text :
         {markdownOf(lengthPage(twoLengths())), htmlOf(lengthPage(twoLengths()))}) {
        CHECK(text.find("Dense attention wins the prefill at 1008 video tokens.") !=
              std::string::npos);
        CHECK(text.find("XAttention wins the prefill at 7992 video tokens.") != std::string::npos);
    }
}

TEST_CASE("a spread is stated as 5 % until the rounds differ by more") {
    const Spread calm{1, 0.99, 1.01}, wild{2, 1.9, 2.3};
    ComparisonReport report;
    report.rounds = 9;
    CHECK(statedRatio(1.5, calm, calm, report).spread == 0.05);
    CHECK(statedRatio(1.5, calm, wild, report).spread == Approx(0.2));
    CHECK(statedRatio(1.5, wild, calm, report).low() == Approx(1.2));
    report.rounds = 3;  // medians of few rounds lie further apart than their range tells
    CHECK(statedRatio(1.5, calm, wild, report).spread == Approx(0.28));
    report.othersShare = 0.3;
    CHECK(statedRatio(1.5, calm, wild, report).spread == 0.3);
    // 2.9 to 3.5 around 3.1 in three rounds, in the second length.
    CHECK(markdownOf(lengthPage(twoLengths())).find("1.63x ±27 %") != std::string::npos);
}

TEST_CASE("accuracy over density comes from the summaries of evaluations") {
    const EvalRequest request = smallRun(emptyTestFolder("accuracy"), 1, {"dense", "xattention"});
    EvalOutcome outcome;
    for (const std::string mode : {"dense", "xattention"}) {
        EvalRecord record;
        record.id = "v0-colour";
        record.mode = mode;
        record.right = true;
        record.density = mode == "dense" ? 1 : 0.3;
        outcome.records.push_back(record);
    }
    const auto folder = emptyTestFolder("accuracy_out");
    writeFile(folder / "summary.json", summaryJson(summarize(request, outcome, "", "")));
    LengthReport report = twoLengths();
    report.accuracy = readAccuracy(folder / "summary.json");
    REQUIRE(report.accuracy.size() == 2);
    CHECK(report.accuracy[0].selection.empty());
    CHECK(report.accuracy[1].selection == "S=16 antidiagonal");
    CHECK(report.accuracy[1].density == 0.3);
    CHECK(report.accuracy[1].correct == 1);
    CHECK(htmlOf(lengthPage(report)).find("S=16 antidiagonal: small, 1 / 1") != std::string::npos);
    writeFile(folder / "other.json", "{}");
    CHECK_THROWS_AS(readAccuracy(folder / "other.json"), Error);
    CHECK_THROWS_AS(readAccuracy(folder / "none.json"), Error);
}
