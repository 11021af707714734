// Grades of text answers: against text_cases.json, whose values the packages of the published
// scorers made, against tests/ruler_synth's scorer, and by hand.

#include "core/eval/text_metrics.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/eval/eval_record.h"
#include "core/eval/match_ratio.h"

using namespace reelquery;

namespace {

nlohmann::json readJson(const char* file) {
    std::ifstream in(file);
    return nlohmann::json::parse(in);
}

}  // namespace

TEST_CASE("ROUGE-L is that of the package that LongBench scores with") {
    int between = 0;
    const nlohmann::json cases = readJson(REELQUERY_TEXT_CASES);
    for (const auto& row : cases["summaries"]) {
        INFO(row.dump());
        const double want = row["f"];
        CHECK(rougeL(row["answer"], row["reference"]) == Approx(want).margin(1e-9));
        between += want > 0.1 && want < 0.9;
    }
    CHECK(between > 10);
    CHECK(rougeL("", "a b") == 0);
}

TEST_CASE("lines are as alike as Python's difflib finds them") {
    int between = 0;
    const nlohmann::json cases = readJson(REELQUERY_TEXT_CASES);
    for (const auto& row : cases["lines"]) {
        INFO(row.dump());
        const double want = row["ratio"];
        CHECK(matchRatio(row["first"], row["second"]) == Approx(want).margin(1e-12));
        between += want > 0.1 && want < 0.9;
    }
    CHECK(between > 10);
}

TEST_CASE("RULER's answers are graded as tests/ruler_synth grades them") {
    std::map<std::string, std::map<double, int>> seen;
    for (const auto& row : readJson(REELQUERY_RULER_CASES)) {
        INFO(row.dump());
        EvalQuestion question;
        question.references = row["outputs"].get<std::vector<std::string>>();
        const std::string task = row["task"];
        question.metric =
            task.rfind("qa", 0) == 0 ? TextMetric::kRecallPart : TextMetric::kRecallAll;
        AnswerReport report;
        report.answer = row["answer"];
        const EvalRecord record = scoredRecord(question, ScoringRule::kReferences, "dense", report);
        CHECK(record.score == Approx(row["score"].get<double>()).margin(1e-12));
        CHECK(record.right == (row["score"].get<double>() == 1));
        ++seen[task][row["score"]];
    }
    CHECK(seen.size() == 13);
    for (const auto& [task, scores] : seen) {
        INFO(task);
        CHECK(scores.size() >= 2);
    }
    CHECK(seen["vt"].size() >= 3);  // whole, in part, none
}

TEST_CASE("LongBench's other metrics, by hand") {
    const auto score = [](TextMetric metric, const std::string& answer,
                          const std::vector<std::string>& references,
                          const std::vector<std::string>& classes = {}) {
        return textScore(metric, answer, references, classes);
    };
    // Two of the three words of the answer, two of the reference's two: 2 * (2/3) * 1 / (5/3).
    CHECK(score(TextMetric::kWordF1, "The Eiffel-Tower, in Paris!", {"a EiffelTower Paris"}) ==
          Approx(0.8));
    CHECK(score(TextMetric::kWordF1, "no", {"yes", "No."}) == 1);
    CHECK(score(TextMetric::kWordF1, "the", {"the"}) == 0);  // nothing is left to compare
    CHECK(score(TextMetric::kNumber, "There are 4, or 5", {"5"}) == 0.5);
    CHECK(score(TextMetric::kNumber, "five", {"5"}) == 0);
    CHECK(score(TextMetric::kParagraph, "Paragraph 12", {"Paragraph 12"}) == 1);
    CHECK(score(TextMetric::kParagraph, "12 or 1", {"Paragraph 1"}) == 0.5);
    CHECK(score(TextMetric::kClass, "City", {"City"}, {"City", "Date"}) == 1);
    CHECK(score(TextMetric::kClass, "City or Date", {"City"}, {"City", "Date"}) == 0.5);
    // A name inside the right one does not count against it.
    CHECK(score(TextMetric::kClass, "Other number", {"Other number"}, {"number", "Other number"}) ==
          1);
    CHECK(score(TextMetric::kClass, "Date", {"City"}, {"City", "Date"}) == 0);
    CHECK(score(TextMetric::kCodeSimilarity, "\n# a remark\n```py\nreturn x\nmore", {"return x"}) ==
          1);
    // "ret" of 6 and 8 characters: 6 of 14, in whole percent.
    CHECK(score(TextMetric::kCodeSimilarity, "retabc", {"ret_uvwx"}) == 0.43);
    CHECK(score(TextMetric::kCodeSimilarity, "// nothing else", {"return x"}) == 0);
    CHECK(score(TextMetric::kWordF1, "anything", {}) == 0);
}

TEST_CASE("every metric has a name") {
    for (const char* name : {"recall-all", "recall-part", "word-f1", "rouge-l", "class",
                             "paragraph", "number", "code"})
        CHECK(textMetricNamed(name).has_value());
    CHECK_FALSE(textMetricNamed("bleu").has_value());
}
