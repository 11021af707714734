#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

constexpr const char* kLongVideoBenchPrompt =
    "Answer with the option's letter from the given choices directly.";
constexpr int kMostOptions = 5;

/// A list, or option0 to option4 with "N/A" for those that are not there.
std::vector<std::string> optionsOf(const Annotation& entry) {
    if (entry.json.contains("candidates")) return entry.texts("candidates");
    std::vector<std::string> options;
    for (int i = 0; i < kMostOptions; ++i) {
        const std::string option = entry.textOr(("option" + std::to_string(i)).c_str());
        if (!option.empty() && option != "N/A") options.push_back(option);
    }
    if (options.empty()) entry.fail("has no \"candidates\"");
    return options;
}

}  // namespace

EvalSuite readLongVideoBench(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "LongVideoBench";
    suite.rule = ScoringRule::kLongVideoBench;
    suite.maxNewTokens = 32;
    int withoutTruth = 0;
    for (const auto& file : annotationFiles(folder, "lvb_val.json")) {
        for (const Annotation& entry : readAnnotations(file)) {
            const auto truth = entry.json.find("correct_choice");
            const std::vector<std::string> options = optionsOf(entry);
            if (truth == entry.json.end() || !truth->is_number_integer() ||
                truth->get<std::int64_t>() < 0 ||
                truth->get<std::int64_t>() >= static_cast<std::int64_t>(options.size())) {
                ++withoutTruth;
                continue;
            }
            EvalQuestion question;
            question.id = entry.text("id");
            question.video = findVideo(folder, {"videos", ""}, entry.text("video_path"));
            question.task = entry.text("question_category");
            question.length = entry.text("duration_group") + " s";
            question.question = entry.text("question") + "\n" + optionLines(options, "", ". ") +
                                "\n" + kLongVideoBenchPrompt;
            question.truth = letterOf(truth->get<std::size_t>());
            question.options = static_cast<int>(options.size());
            suite.questions.push_back(std::move(question));
        }
    }
    noteLeftOut(suite, withoutTruth, "their answers are not published");
    suite.notes.push_back(
        "An answer without a letter gets a drawn one, as the published scoring does; here the draw "
        "is fixed by the question's id.");
    return suite;
}

}  // namespace reelquery
