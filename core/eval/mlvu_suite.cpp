#include <algorithm>

#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

constexpr const char* kSystem =
    "Carefully watch this video and pay attention to every detail. Based on your observations, "
    "select the best option that accurately addresses the question.";

}  // namespace

EvalSuite readMlvu(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "MLVU";
    suite.rule = ScoringRule::kMlvu;
    suite.maxNewTokens = 16;
    suite.taskMeanCounts = true;
    std::error_code ignored;
    const bool hasJsonFolder = std::filesystem::is_directory(folder / "json", ignored);
    int withoutOptions = 0, withoutTruth = 0;
    for (const auto& file :
         annotationFiles(hasJsonFolder ? folder / "json" : folder, "json/1_plotQA.json")) {
        for (const Annotation& entry : readAnnotations(file)) {
            if (!entry.json.contains("candidates")) {
                ++withoutOptions;
                continue;
            }
            const std::vector<std::string> options = entry.texts("candidates");
            const auto truth = std::find(options.begin(), options.end(), entry.textOr("answer"));
            if (truth == options.end()) {
                ++withoutTruth;
                continue;
            }
            EvalQuestion question;
            question.id = entry.textOr("question_id");
            if (question.id.empty()) question.id = entry.where;
            const std::string name = file.stem().string();
            question.video =
                findVideo(folder, {"video/" + name, "videos/" + name, "video", "videos", ""},
                          entry.text("video"));
            question.task = entry.text("question_type");
            question.systemPrompt = kSystem;
            // The published script begins the answer itself with "Best Option: ("; asking for it is
            // the closest a chat layout comes.
            question.question = "Question: " + entry.text("question") + "\nOptions:\n" +
                                optionLines(options, "(", ") ") +
                                "\nOnly give the best option.\nBest Option: (";
            question.truth = letterOf(static_cast<std::size_t>(truth - options.begin()));
            question.options = static_cast<int>(options.size());
            suite.questions.push_back(std::move(question));
        }
    }
    noteLeftOut(suite, withoutOptions, "they are open questions, which need a judge");
    noteLeftOut(suite, withoutTruth, "their answers are not published");
    return suite;
}

}  // namespace reelquery
