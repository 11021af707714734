// The scorer against scoring_cases.json, whose values tests/longvid_synth/scoring.py made.

#include "core/eval/scoring.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/eval/answer_facts.h"
#include "core/eval/eval_record.h"
#include "core/eval/statistics.h"

using namespace reelquery;

namespace {

const nlohmann::json& cases() {
    static const nlohmann::json json = [] {
        std::ifstream in(REELQUERY_SCORING_CASES);
        return nlohmann::json::parse(in);
    }();
    return json;
}

}  // namespace

TEST_CASE("answers are judged as the Python scorer judges them") {
    std::map<std::string, std::map<bool, int>> seen;
    for (const auto& row : cases()["answers"]) {
        const std::string task = row["task"], answer = row["answer"], truth = row["truth"];
        const double toleranceS = row["tolerance_s"];
        INFO(task << ": \"" << answer << "\" where \"" << truth << "\" is true");
        CHECK(statesTruth(task, answer, truth, toleranceS) == row["right"].get<bool>());
        if (row.contains("f1")) CHECK(listF1(answer, truth, toleranceS) == row["f1"].get<double>());
        ++seen[task][row["right"]];
    }
    CHECK(seen.size() == 20);
    for (const auto& [task, counts] : seen) {
        INFO(task);
        CHECK(counts.size() == 2);  // right ones and wrong ones
    }
}

TEST_CASE("of a question with options the letter counts, whatever its task is called") {
    EvalQuestion question;
    question.task = "ordering";
    question.options = 4;
    question.truth = "B";
    AnswerReport report;
    report.answer = "B. red circle, blue star";
    CHECK(scoredRecord(question, ScoringRule::kFacts, "dense", report).right);
    report.answer = "C";
    CHECK_FALSE(scoredRecord(question, ScoringRule::kFacts, "dense", report).right);
}

TEST_CASE("times are read as written by hand in time_cases") {
    std::ifstream in(REELQUERY_TIME_CASES);
    const nlohmann::json times = nlohmann::json::parse(in);
    for (const auto& row : times["times"]) {
        INFO(row.dump());
        CHECK(statedTimes(row[0]) == row[1].get<std::vector<double>>());
    }
    for (const auto& row : times["counts"]) {
        INFO(row.dump());
        const std::optional<Fact> fact = statedFact("count", row[0]);
        CHECK(fact.has_value() == !row[1].is_null());
        if (fact) CHECK(fact->text == row[1].dump());
    }
}

TEST_CASE("intervals and tests of pairs are those of the Python scorer") {
    for (const auto& row : cases()["wilson"]) {
        const Interval interval = wilson(row[0], row[1]);
        CHECK(interval.low == Approx(row[2].get<double>()).margin(1e-12));
        CHECK(interval.high == Approx(row[3].get<double>()).margin(1e-12));
        if (row[1] == 0) continue;
        const Interval mean =
            wilsonOfMean(row[0].get<double>() / row[1].get<double>(), row[1].get<int>());
        CHECK(mean.low == Approx(interval.low).margin(1e-12));
    }
    // The tail is summed in logarithms here and in integers there: ten digits must agree.
    for (const auto& row : cases()["mcnemar"]) {
        CHECK(mcnemar(row[0], row[1]) == Approx(row[2].get<double>()).epsilon(1e-10));
    }
}

TEST_CASE("each public set reads letters by its own published rule") {
    struct Case {
        ScoringRule rule;
        const char* answer;
        char letter;  // 0: none
    };

    const Case table[] = {
        {ScoringRule::kVnBench, "B. 3", 'B'},
        {ScoringRule::kVnBench, "C, or A", 'A'},  // A is looked for first
        {ScoringRule::kVnBench, "the third. B", 0},
        {ScoringRule::kVideoMme, "The best answer is (C).", 'C'},
        {ScoringRule::kVideoMme, "D", 'D'},
        {ScoringRule::kVideoMme, "the answer is e", 0},
        {ScoringRule::kVideoMme, "Answer: B", 'A'},  // the published rule takes the A of "Answer"
        {ScoringRule::kLongVideoBench, "E. A book", 'E'},
        {ScoringRule::kMlvu, "(F) a bird", 'F'},
        {ScoringRule::kMlvu, "B) a bird", 'B'},
        {ScoringRule::kMlvu, "B. a bird) and", 'B'},
        {ScoringRule::kMlvu, "a bird", 0},
    };
    for (const Case& one : table) {
        INFO(one.answer);
        const auto letter = readLetter(one.rule, one.answer, 6, "id");
        CHECK(letter.value_or(0) == one.letter);
    }
}

TEST_CASE("LongVideoBench draws a letter for an answer without one, the same one every time") {
    std::map<char, int> drawn;
    for (int i = 0; i < 300; ++i) {
        const std::string id = "question " + std::to_string(i);
        const auto letter = readLetter(ScoringRule::kLongVideoBench, "no idea", 3, id);
        REQUIRE(letter.has_value());
        CHECK(letter == readLetter(ScoringRule::kLongVideoBench, "nothing", 3, id));
        ++drawn[*letter];
    }
    REQUIRE(drawn.size() == 3);
    // Uniform draws leave 60 to 140 of 300 but once in 10^7 (six standard deviations are 49).
    for (const auto& [letter, count] : drawn) CHECK((count > 50 && count < 150));
}
