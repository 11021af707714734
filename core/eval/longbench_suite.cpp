#include <algorithm>
#include <map>
#include <set>

#include "core/base/file_exists.h"
#include "core/eval/public_suites.h"
#include "core/eval/suite_files.h"

namespace reelquery {

namespace {

/// One of the sets: how it is graded and how long its answers are.
struct Dataset {
    const char* name;
    TextMetric metric;
    int answerTokens;
    bool firstLineCounts = false;  ///< what follows in an answer is the next example of a prompt
};

constexpr Dataset kDatasets[] = {
    {"narrativeqa", TextMetric::kWordF1, 128},
    {"qasper", TextMetric::kWordF1, 128},
    {"multifieldqa_en", TextMetric::kWordF1, 64},
    {"hotpotqa", TextMetric::kWordF1, 32},
    {"2wikimqa", TextMetric::kWordF1, 32},
    {"musique", TextMetric::kWordF1, 32},
    {"gov_report", TextMetric::kRougeL, 512},
    {"qmsum", TextMetric::kRougeL, 512},
    {"multi_news", TextMetric::kRougeL, 512},
    {"trec", TextMetric::kClass, 64, true},
    {"triviaqa", TextMetric::kWordF1, 32, true},
    {"samsum", TextMetric::kRougeL, 128, true},
    {"passage_count", TextMetric::kNumber, 32},
    {"passage_retrieval_en", TextMetric::kParagraph, 32},
    {"lcc", TextMetric::kCodeSimilarity, 64},
    {"repobench-p", TextMetric::kCodeSimilarity, 64},
};

/// Their scores count words, which in Chinese takes a dictionary that this program does not have.
const std::set<std::string> kChinese = {"multifieldqa_zh", "dureader", "vcsum", "lsht",
                                        "passage_retrieval_zh"};

const Dataset* datasetNamed(const std::string& name) {
    const auto found = std::find_if(std::begin(kDatasets), std::end(kDatasets),
                                    [&](const Dataset& one) { return name == one.name; });
    return found == std::end(kDatasets) ? nullptr : found;
}

/// The published prompts, from the user's own copy: {"hotpotqa": "... {context} ... {input} ..."}.
std::map<std::string, std::string> promptsOf(const std::filesystem::path& folder) {
    std::map<std::string, std::string> prompts;
    for (const char* place : {"config/dataset2prompt.json", "dataset2prompt.json",
                              "LongBench/config/dataset2prompt.json"}) {
        if (!fileExists(folder / place)) continue;
        const Annotation file = readObject(folder / place);
        for (const auto& [name, prompt] : file.json.items())
            if (prompt.is_string()) prompts[name] = prompt.get<std::string>();
        return prompts;
    }
    return prompts;
}

/// `form` with {context} and {input} filled in; what stands in them is left as it is.
std::string filledIn(const std::string& form, const std::string& context,
                     const std::string& input) {
    constexpr std::string_view kContext = "{context}", kInput = "{input}";
    std::string text;
    for (std::size_t at = 0; at < form.size();) {
        const std::string_view rest = std::string_view(form).substr(at);
        if (rest.starts_with(kContext)) {
            text += context;
            at += kContext.size();
        } else if (rest.starts_with(kInput)) {
            text += input;
            at += kInput.size();
        } else {
            text += form[at++];
        }
    }
    return text;
}

/// LongBench-E's classes, by words.
std::string wordsClass(const Annotation& entry) {
    const auto words = entry.json.find("length");
    if (words == entry.json.end() || !words->is_number()) entry.fail("has no \"length\"");
    const double count = words->get<double>();
    return count < 4000 ? "0-4k" : count < 8000 ? "4-8k" : "8k+";
}

}  // namespace

EvalSuite readLongBench(const std::filesystem::path& folder) {
    EvalSuite suite;
    suite.name = "LongBench";
    suite.rule = ScoringRule::kReferences;
    suite.taskMeanCounts = true;
    const std::map<std::string, std::string> prompts = promptsOf(folder);
    const bool hasData = std::filesystem::is_directory(folder / "data");
    std::set<std::string> unprompted, unknown;
    int chinese = 0;
    for (const auto& file : annotationFiles(hasData ? folder / "data" : folder, "hotpotqa.jsonl")) {
        if (file.extension() != ".jsonl") continue;
        std::string name = file.stem().string();
        const bool isByLength = name.ends_with("_e");
        if (isByLength) name.resize(name.size() - 2);
        const std::vector<Annotation> entries = readAnnotations(file);
        if (kChinese.contains(name)) {
            chinese += static_cast<int>(entries.size());
            continue;
        }
        const Dataset* dataset = datasetNamed(name);
        if (!dataset) {
            unknown.insert(file.filename().string());
            continue;
        }
        const auto prompt = prompts.find(name);
        if (prompt == prompts.end()) unprompted.insert(name);
        for (const Annotation& entry : entries) {
            EvalQuestion question;
            question.task = name;
            question.length = isByLength ? wordsClass(entry) : "";
            question.id = entry.where;
            const std::string form =
                prompt == prompts.end() ? "{context}\n\n{input}" : prompt->second;
            question.question = filledIn(form, entry.text("context"), entry.textOr("input"));
            question.references = entry.texts("answers");
            if (dataset->metric == TextMetric::kClass)
                question.classes = entry.texts("all_classes");
            question.metric = dataset->metric;
            question.maxNewTokens = dataset->answerTokens;
            question.firstLineCounts = dataset->firstLineCounts;
            suite.questions.push_back(std::move(question));
        }
        if (isByLength) suite.name = "LongBench-E";
    }
    noteLeftOut(suite, chinese, "their scores need Chinese words told apart");
    for (const std::string& name : unknown) {
        suite.notes.push_back(name + " was left out: it is none of LongBench's sets.");
    }
    if (!unprompted.empty()) {
        std::string names;
        for (const std::string& name : unprompted) names += (names.empty() ? "" : ", ") + name;
        suite.notes.push_back(
            "The copy has no config/dataset2prompt.json with a prompt for " + names +
            ": text and question alone were asked, so figures are not the published ones.");
    }
    return suite;
}

}  // namespace reelquery
