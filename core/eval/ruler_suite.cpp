#include <algorithm>
#include <charconv>

#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

/// Answers of as many tokens as the published runs give each kind of task.
int answerTokens(const std::string& task) {
    const auto begins = [&](const char* word) { return task.rfind(word, 0) == 0; };
    if (begins("niah")) return 128;
    if (begins("vt")) return 30;
    if (begins("cwe")) return 120;
    if (begins("fwe")) return 50;
    return 32;
}

/// "8192" -> "8K"; what is no whole number of thousands or kibi stays as it is.
std::string lengthClass(int tokens) {
    if (tokens % 1024 == 0) return std::to_string(tokens / 1024) + "K";
    return std::to_string(tokens);
}

std::optional<int> wholeNumber(const std::string& text) {
    int value = 0;
    const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || rest != text.data() + text.size() || value <= 0)
        return std::nullopt;
    return value;
}

/// The folders that a file lies in say its length and task:
/// .../8192/niah_single_1/validation.jsonl, as the published scripts lay it out,
/// .../8192/data/niah_single_1/validation.jsonl.
std::string lengthOf(const std::filesystem::path& file, const std::filesystem::path& folder) {
    const auto length = [](const std::filesystem::path& name) {
        const auto tokens = wholeNumber(name.string());
        return tokens ? lengthClass(*tokens) : std::string();
    };
    std::string found;  // the innermost
    for (const std::filesystem::path& name : file.parent_path().lexically_relative(folder))
        if (std::string one = length(name); !one.empty()) found = std::move(one);
    if (!found.empty()) return found;
    // The folder that was named may be one length's own.
    const std::filesystem::path own = folder.has_filename() ? folder : folder.parent_path();
    return length(own.filename());
}

std::vector<std::filesystem::path> taskFiles(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (auto entry = std::filesystem::recursive_directory_iterator(folder, failed);
         !failed && entry != std::filesystem::recursive_directory_iterator();
         entry.increment(failed)) {
        std::error_code unknown;
        const bool isTask = entry->path().filename() == "validation.jsonl";
        if (isTask && entry->is_regular_file(unknown)) files.push_back(entry->path());
    }
    if (files.empty()) {
        throw Error(ErrorCode::kUsage, folder.string() + " holds no validation.jsonl",
                    "give the folder that make_ruler.py or RULER's own scripts wrote");
    }
    std::sort(files.begin(), files.end(), [](const auto& one, const auto& other) {
        // "16384" after "4096".
        const std::string a = one.string(), b = other.string();
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return files;
}

}  // namespace

EvalSuite readRuler(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "RULER";
    suite.rule = ScoringRule::kReferences;
    suite.taskMeanCounts = true;
    for (const auto& file : taskFiles(folder)) {
        const std::string task = file.parent_path().filename().string();
        const std::string length = lengthOf(file, folder);
        for (const Annotation& entry : readAnnotations(file)) {
            EvalQuestion question;
            question.task = task;
            question.length = length;
            question.id = (length.empty() ? "" : length + "/") + task + "/" + entry.text("index");
            question.question = entry.text("input");
            // Words that the answer is to go on from; a conversation can only end with them.
            const std::string opening = entry.textOr("answer_prefix");
            if (!opening.empty()) question.question += opening;
            question.references = entry.texts("outputs");
            question.metric =
                task.rfind("qa", 0) == 0 ? TextMetric::kRecallPart : TextMetric::kRecallAll;
            question.maxNewTokens = answerTokens(task);
            suite.questions.push_back(std::move(question));
        }
    }
    std::stable_sort(suite.questions.begin(), suite.questions.end(),
                     [](const EvalQuestion& one, const EvalQuestion& other) {
                         return one.length.size() != other.length.size()
                                    ? one.length.size() < other.length.size()
                                    : one.length < other.length;
                     });
    return suite;
}

}  // namespace reelquery
