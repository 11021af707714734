#include <cstdio>

#include "core/eval/eval_suite.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

std::string secondsText(const Annotation& row) {
    const auto seconds = row.json.find("seconds");
    if (seconds == row.json.end() || !seconds->is_number()) return "";
    char text[32];
    std::snprintf(text, sizeof text, "%g s", seconds->get<double>());
    return text;
}

EvalQuestion questionOf(const Annotation& row, const std::filesystem::path& folder,
                        bool subtitles) {
    EvalQuestion question;
    question.id = row.text("id");
    question.video = folder / row.text("video");
    question.task = row.text("task");
    question.length = secondsText(row);
    question.variant = row.textOr("wording");
    question.question = row.text("question");
    const bool isUnheard = !subtitles && row.json.contains("answer_without_subtitles");
    question.truth = row.text(isUnheard ? "answer_without_subtitles" : "answer");
    question.circle = row.textOr("circle");
    if (row.json.contains("options")) {
        question.options = static_cast<int>(row.json["options"].size());
    }
    for (const auto& turn : row.json.value("before", nlohmann::json::array())) {
        const Annotation before{turn, row.where + " before"};
        question.before.push_back({before.text("question"), before.text("answer")});
    }
    const auto interval = row.json.find("interval");
    if (interval != row.json.end() && interval->is_array() && interval->size() == 2 &&
        (*interval)[0].is_number() && (*interval)[1].is_number()) {
        question.interval = TimeRange{(*interval)[0].get<double>(), (*interval)[1].get<double>()};
    }
    return question;
}

}  // namespace

EvalSuite readSynthSuite(const std::filesystem::path& folder, bool subtitles) {
    const std::filesystem::path file = folder / "questions.jsonl";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        throw Error(ErrorCode::kUsage, file.string() + " does not exist",
                    "make a suite with tests/longvid_synth/make_suite.py --out DIR");
    }
    EvalSuite suite;
    suite.name = "longvid-synth";
    for (const Annotation& row : readAnnotations(file)) {
        suite.questions.push_back(questionOf(row, folder, subtitles));
    }
    settleVideos(suite);
    return suite;
}

}  // namespace reelquery
