#include <algorithm>

#include "core/base/file_exists.h"
#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

constexpr const char* kVnBenchPrompt =
    "Answer with the option's letter from the given choices directly.";

/// The truth is given as the text of an option.
std::string truthOf(const Annotation& entry, const std::vector<std::string>& options) {
    const auto found = std::find(options.begin(), options.end(), entry.text("gt"));
    if (found == options.end()) entry.fail("has a \"gt\" that is none of its options");
    return letterOf(static_cast<std::size_t>(found - options.begin()));
}

}  // namespace

EvalSuite readVnBench(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "VNBench";
    suite.rule = ScoringRule::kVnBench;
    suite.maxNewTokens = 5;
    suite.taskMeanCounts = true;
    for (const auto& file : annotationFiles(folder, "VNBench-main-4try.json")) {
        for (const Annotation& entry : readAnnotations(file)) {
            const std::vector<std::string> options = entry.texts("options");
            const std::string video = entry.text("video");
            const std::string name = std::filesystem::path(video).filename().string();
            EvalQuestion question;
            question.id = entry.where;
            question.video = findVideo(folder, {"", "videos"}, video);
            if (!fileExists(question.video)) {
                question.video = findVideo(folder, {"", "videos"}, name);
            }
            question.task = entry.text("type");
            question.question = entry.text("question") + "\n" + optionLines(options, "", ". ") +
                                "\n" + kVnBenchPrompt;
            question.truth = truthOf(entry, options);
            question.options = static_cast<int>(options.size());
            question.circle = question.task + "/" + name + "/" + entry.text("question");
            suite.questions.push_back(std::move(question));
        }
    }
    return suite;
}

}  // namespace reelquery
