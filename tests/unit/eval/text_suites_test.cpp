// Readers of sets that ask about words alone, on folders laid out as their authors do, with
// invented entries.

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/eval/public_suites.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

TEST_CASE("RULER: length and task are those of the folders") {
    const auto folder = emptyTestFolder("ruler");
    const std::string row =
        R"({"index": 0, "input": "What is it?", "outputs": ["12"], "length": 9})";
    writeFile(folder / "16384" / "vt" / "validation.jsonl", row + "\n");
    // As RULER's own scripts lay it out, with words that the answer goes on from.
    writeFile(folder / "4096" / "data" / "qa_1" / "validation.jsonl",
              R"({"index": 3, "input": "Who?", "outputs": ["Ann", "Anne"], "length": 9, )"
              R"("answer_prefix": " Answer:"})");
    const EvalSuite suite = readPublicSuite("ruler", folder);
    CHECK(suite.isWords());
    CHECK(suite.isGraded());
    CHECK(suite.taskMeanCounts);
    REQUIRE(suite.questions.size() == 2);
    const EvalQuestion &who = suite.questions[0], &what = suite.questions[1];
    CHECK(who.id == "4K/qa_1/3");
    CHECK(who.length == "4K");
    CHECK(who.question == "Who? Answer:");
    CHECK(who.metric == TextMetric::kRecallPart);
    CHECK(who.references == std::vector<std::string>{"Ann", "Anne"});
    CHECK(who.maxNewTokens == 32);
    CHECK(what.id == "16K/vt/0");
    CHECK(what.task == "vt");
    CHECK(what.metric == TextMetric::kRecallAll);
    CHECK(what.maxNewTokens == 30);
    CHECK(clusterOf(who) != clusterOf(what));
    CHECK_THROWS_AS(readPublicSuite("ruler", emptyTestFolder("ruler_empty")), Error);
}

TEST_CASE("LongBench: prompts come from the copy, sets in Chinese and strange files are left out") {
    const auto folder = emptyTestFolder("longbench");
    const std::string common = R"("length": 5000, "dataset": "x", "language": "en", "_id": "1")";
    writeFile(folder / "data" / "hotpotqa_e.jsonl",
              R"({"input": "Who {context}?", "context": "A {input} text.", "answers": ["Ann"], )"
              R"("all_classes": null, )" +
                  common + "}\n");
    writeFile(folder / "data" / "trec.jsonl",
              R"({"input": "Type:", "context": "Examples", "answers": ["City"], )"
              R"("all_classes": ["City", "Date"], )" +
                  common + "}\n");
    writeFile(folder / "data" / "dureader.jsonl",
              R"({"input": "x", "context": "y", "answers": ["z"], "all_classes": null, )" + common +
                  "}\n");
    writeFile(folder / "data" / "mine.jsonl", R"({"input": "x"})");
    writeFile(folder / "config" / "dataset2prompt.json",
              R"({"hotpotqa": "Read. {context}\nQ: {input}\nA:"})");
    const EvalSuite suite = readPublicSuite("longbench", folder);
    CHECK(suite.name == "LongBench-E");
    CHECK(suite.isGraded());
    REQUIRE(suite.questions.size() == 2);
    const EvalQuestion &who = suite.questions[0], &type = suite.questions[1];
    // What stands in the data is no place to fill.
    CHECK(who.question == "Read. A {input} text.\nQ: Who {context}?\nA:");
    CHECK(who.metric == TextMetric::kWordF1);
    CHECK(who.length == "4-8k");
    CHECK(who.maxNewTokens == 32);
    CHECK(type.question == "Examples\n\nType:");
    CHECK(type.classes == std::vector<std::string>{"City", "Date"});
    CHECK(type.length.empty());
    CHECK(type.firstLineCounts);
    REQUIRE(suite.notes.size() == 3);
    CHECK(suite.notes[0].rfind("1 entries were left out", 0) == 0);
    CHECK(suite.notes[1].rfind("mine.jsonl was left out", 0) == 0);
    CHECK(suite.notes[2].find("a prompt for trec:") != std::string::npos);
}

TEST_CASE("of an answer whose first line counts nothing else does") {
    EvalQuestion question;
    question.metric = TextMetric::kWordF1;
    question.references = {"blue"};
    question.firstLineCounts = true;
    AnswerReport report;
    report.answer = "\nblue\nQuestion: and then?";
    CHECK(scoredRecord(question, ScoringRule::kReferences, "dense", report).right);
    question.firstLineCounts = false;
    CHECK_FALSE(scoredRecord(question, ScoringRule::kReferences, "dense", report).right);
}
