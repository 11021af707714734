// Readers of public sets on folders laid out as their authors do, with invented entries.

#include "core/eval/public_suites.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

std::string messageOf(const std::string& format, const std::filesystem::path& folder) {
    try {
        readPublicSuite(format, folder);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        return error.message();
    }
    return "";
}

}  // namespace

TEST_CASE("VNBench: options get letters, the four orders form a circle") {
    const auto folder = emptyTestFolder("vnbench");
    std::string list = "[";
    const char* orders[] = {R"(["2","3","4","5"])", R"(["3","4","5","2"])", R"(["4","5","2","3"])",
                            R"(["5","2","3","4"])"};
    for (int i = 0; i < 4; ++i) {
        list += std::string(i > 0 ? "," : "") +
                R"({"video": "VNBench_new/cnt_1.mp4", "question": "How many?", "options": )" +
                orders[i] + R"(, "gt": "3", "gt_option": 1, "type": "cnt_edit1", "try": )" +
                std::to_string(i) + "}";
    }
    writeFile(folder / "VNBench-main-4try.json", list + "]");
    writeFile(folder / "videos" / "cnt_1.mp4", "");
    const EvalSuite suite = readPublicSuite("vnbench", folder);
    REQUIRE(suite.questions.size() == 4);
    const EvalQuestion& first = suite.questions[0];
    CHECK(first.question ==
          "How many?\nA. 2\nB. 3\nC. 4\nD. 5\nAnswer with the option's letter from the given "
          "choices directly.");
    CHECK(first.truth == "B");
    CHECK(suite.questions[1].truth == "A");
    CHECK(first.task == "cnt_edit1");
    for (const EvalQuestion& one : suite.questions) CHECK(one.circle == first.circle);
    CHECK(suite.taskMeanCounts);
}

TEST_CASE("Video-MME: both layouts give the same questions") {
    const std::string question =
        R"("question_id": "001-1", "task_type": "Counting Problem", "question": "How many?",
           "options": ["A. One.", "B. Two.", "C. Three.", "D. Four."], "answer": "C")";
    const std::string video =
        R"("video_id": "001", "duration": "short", "domain": "Knowledge", "sub_category": "Law",
           "url": "https://www.youtube.com/watch?v=abc-1&t=3")";
    const auto flat = emptyTestFolder("videomme_flat"), nested = emptyTestFolder("videomme_nested");
    writeFile(flat / "test.jsonl",
              R"({"videoID": "abc-1", "video_id": "001", "duration": "short", )"
              R"("domain": "Knowledge", "question_id": "001-1", )"
              R"("task_type": "Counting Problem", "question": "How many?", )"
              R"("options": ["A. One.", "B. Two.", "C. Three.", "D. Four."], )"
              R"("answer": "C"})");
    writeFile(nested / "test.json", "[{" + video + ", \"questions\": [{" + question + "}]}]");
    writeFile(flat / "data" / "abc-1.mkv", "");
    writeFile(nested / "videos" / "abc-1.mp4", "");
    for (const auto& folder : {flat, nested}) {
        const EvalSuite suite = readPublicSuite("videomme", folder);
        REQUIRE(suite.questions.size() == 1);
        const EvalQuestion& one = suite.questions[0];
        CHECK(one.id == "001-1");
        CHECK(one.task == "Counting Problem");
        CHECK(one.length == "short");
        CHECK(one.truth == "C");
        CHECK(one.question.find("How many?\nA. One.\nB. Two.") != std::string::npos);
        CHECK(one.question.substr(one.question.size() - 20) == "\nThe best answer is:");
    }
}

TEST_CASE("LongVideoBench: the right choice is an index, and test entries are left out") {
    const auto folder = emptyTestFolder("longvideobench");
    writeFile(folder / "lvb_val.json",
              R"([{"id": "x_0", "video_path": "x.mp4", "question": "What?", "candidates":
                   ["a cat", "a dog", "a hen"], "correct_choice": 2, "duration_group": 600,
                   "question_category": "S2E"},
                  {"id": "x_1", "video_path": "x.mp4", "question": "Who?", "option0": "he",
                   "option1": "she", "option2": "N/A", "option3": "N/A", "option4": "N/A",
                   "correct_choice": 0, "duration_group": 600, "question_category": "T3O"},
                  {"id": "x_2", "video_path": "x.mp4", "question": "Who?", "candidates": ["a", "b"],
                   "correct_choice": -1, "duration_group": 60, "question_category": "T3O"}])");
    writeFile(folder / "videos" / "x.mp4", "");
    const EvalSuite suite = readPublicSuite("longvideobench", folder);
    REQUIRE(suite.questions.size() == 2);
    CHECK(suite.questions[0].truth == "C");
    CHECK(suite.questions[0].length == "600 s");
    CHECK(suite.questions[1].truth == "A");
    CHECK(suite.questions[1].options == 2);
    CHECK(suite.notes.front().rfind("1 entries were left out", 0) == 0);
}

TEST_CASE("MLVU: videos lie in a folder of the task's name, open questions are left out") {
    const auto folder = emptyTestFolder("mlvu");
    writeFile(folder / "json" / "1_plotQA.json",
              R"([{"video": "m.mp4", "question": "Why?", "candidates": ["x", "y"], "answer": "y",
                   "question_type": "plotQA"}])");
    writeFile(folder / "json" / "8_sub_scene.json",
              R"([{"video": "n.mp4", "question": "Describe.", "answer": "A long text.",
                   "question_type": "subPlot"}])");
    writeFile(folder / "video" / "1_plotQA" / "m.mp4", "");
    const EvalSuite suite = readPublicSuite("mlvu", folder);
    REQUIRE(suite.questions.size() == 1);
    CHECK(suite.questions[0].truth == "B");
    CHECK(suite.questions[0].question.find("(A) x\n(B) y\n") != std::string::npos);
    CHECK(suite.questions[0].systemPrompt.rfind("Carefully watch", 0) == 0);
    CHECK(suite.notes.size() == 1);
}

TEST_CASE("missing videos are listed once and their questions left out") {
    const auto folder = emptyTestFolder("missing_videos");
    writeFile(folder / "lvb_val.json",
              R"([{"id": "a", "video_path": "lost.mp4", "question": "?", "candidates": ["x", "y"],
                   "correct_choice": 0, "duration_group": 15, "question_category": "E2O"},
                  {"id": "b", "video_path": "lost.mp4", "question": "?", "candidates": ["x", "y"],
                   "correct_choice": 1, "duration_group": 15, "question_category": "E2O"}])");
    const EvalSuite suite = readPublicSuite("longvideobench", folder);
    CHECK(suite.questions.empty());
    REQUIRE(suite.missingVideos.size() == 1);
    CHECK(suite.missingVideos[0] == folder / "videos" / "lost.mp4");
}

TEST_CASE("damaged annotations are refused with their place") {
    struct Case {
        const char* format;
        const char* file;
        const char* text;
        const char* says;
    };

    const Case cases[] = {
        {"vnbench", "a.json", "[{", "not valid JSON"},
        {"vnbench", "a.jsonl", "{\"video\": 1}\nnonsense\n", "a.jsonl:2 is no JSON object"},
        {"vnbench", "a.json", R"([{"video": "v", "options": []}])",
         "a.json[0] has no list \"options\""},
        {"vnbench", "a.json",
         R"([{"video": "v", "type": "t", "question": "q", "options": ["1"], "gt": "2"}])",
         "a.json[0] has a \"gt\""},
        {"videomme", "a.json", R"([{"options": ["A. x"]}])", "a.json[0] has no \"video_id\""},
        {"longvideobench", "a.json", R"([{"id": "x"}])", "a.json[0] has no \"candidates\""},
        {"longvideobench", "a.txt", "", "holds no annotation file"},
        {"tv", "a.json", "[]", "no such format: tv"},
    };
    for (const Case& one : cases) {
        INFO(one.format << " " << one.text);
        const auto folder = emptyTestFolder("damaged");
        writeFile(folder / one.file, one.text);
        CHECK(messageOf(one.format, folder).find(one.says) != std::string::npos);
    }
}

TEST_CASE("without subtitles the truth about what is said is that it is not shown") {
    const auto folder = emptyTestFolder("said");
    const std::string row =
        R"({"id": "f-000", "video": "f.mp4", "task": "said", "question": "What is the year?",)"
        R"( "options": [], "answer": "The year is 1987.", "interval": null, "before": [],)"
        R"( "answer_without_subtitles": "The year is not shown.", "wording": "train",)"
        R"( "seconds": 84.0})";
    writeFile(folder / "questions.jsonl", row + "\n");
    writeFile(folder / "f.mp4", "");
    CHECK(readSynthSuite(folder, true).questions.at(0).truth == "The year is 1987.");
    CHECK(readSynthSuite(folder, false).questions.at(0).truth == "The year is not shown.");
}

TEST_CASE("a suite of make_suite.py is read with its turns, interval and circle") {
    const auto folder = emptyTestFolder("synth");
    writeFile(
        folder / "questions.jsonl",
        R"({"id": "f-000", "video": "f.mp4", "task": "follow_when", "question": "When is that?",
                  "options": [], "answer": "It appears at 1:05.", "interval": [65.1, 67.2], "before":
                  [{"question": "Which comes first?", "answer": "The card."}], "wording": "held-out",
                  "seconds": 84.0})"
        "\n");
    std::string text = R"({"id": "f-001", "video": "f.mp4", "task": "letter", "question": "Q",)"
                       R"( "options": ["a","b","c","d"], "answer": "C", "interval": null,)"
                       R"( "before": [], "wording": "train", "seconds": 84.0, "circle": "f-001"})";
    writeFile(folder / "one_line.txt", text);
    // One object a line: the first entry above spans lines and is refused.
    CHECK_THROWS_AS(readSynthSuite(folder), Error);
    const std::string first =
        R"({"id": "f-000", "video": "f.mp4", "task": "follow_when", "question": "When?", "answer":)"
        R"( "At 1:05.", "interval": [65.1, 67.2], "before": [{"question": "First?", "answer":)"
        R"( "The card."}], "wording": "held-out", "seconds": 84.0})";
    writeFile(folder / "questions.jsonl", first + "\n" + text + "\n");
    writeFile(folder / "f.mp4", "");
    const EvalSuite suite = readSynthSuite(folder);
    REQUIRE(suite.questions.size() == 2);
    CHECK(suite.questions[0].before.at(0).answer == "The card.");
    CHECK(suite.questions[0].interval->toS == 67.2);
    CHECK(suite.questions[0].length == "84 s");
    CHECK(suite.questions[0].variant == "held-out");
    CHECK(suite.questions[1].circle == "f-001");
    CHECK(suite.questions[1].options == 4);
    CHECK_FALSE(suite.questions[1].interval);
}
