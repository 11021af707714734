#include "core/eval/text_metrics.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "core/base/environment.h"
#include "core/eval/match_ratio.h"

namespace reelquery {

namespace {

using Words = std::vector<std::string>;

constexpr std::array<std::pair<const char*, TextMetric>, 8> kMetrics = {
    {{"recall-all", TextMetric::kRecallAll},
     {"recall-part", TextMetric::kRecallPart},
     {"word-f1", TextMetric::kWordF1},
     {"rouge-l", TextMetric::kRougeL},
     {"class", TextMetric::kClass},
     {"paragraph", TextMetric::kParagraph},
     {"number", TextMetric::kNumber},
     {"code", TextMetric::kCodeSimilarity}}};

Words wordsOf(const std::string& text) {
    std::istringstream in(text);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// As the published scorers of question answering compare words.
Words plainWords(const std::string& text) {
    std::string kept;
    for (const char c : lowered(text))
        if (!std::ispunct(static_cast<unsigned char>(c))) kept += c;
    Words words = wordsOf(kept);
    std::erase_if(words, [](const std::string& word) {
        return word == "a" || word == "an" || word == "the";
    });
    return words;
}

double wordF1(const std::string& answer, const std::string& reference) {
    const Words got = plainWords(answer), want = plainWords(reference);
    std::map<std::string, int> left;
    for (const std::string& word : want) ++left[word];
    int same = 0;
    for (const std::string& word : got) same += left[word]-- > 0;
    if (same == 0) return 0;
    const double precision = static_cast<double>(same) / static_cast<double>(got.size());
    const double recall = static_cast<double>(same) / static_cast<double>(want.size());
    return 2 * precision * recall / (precision + recall);
}

std::vector<std::string> numbersOf(const std::string& text) {
    std::vector<std::string> numbers;
    bool inside = false;
    for (const char c : text) {
        const bool isDigit = c >= '0' && c <= '9';
        if (isDigit && !inside) numbers.emplace_back();
        if (isDigit) numbers.back() += c;
        inside = isDigit;
    }
    return numbers;
}

double shareOfNumbers(const std::string& answer, const std::string& wanted) {
    const std::vector<std::string> numbers = numbersOf(answer);
    if (numbers.empty()) return 0;
    return static_cast<double>(std::count(numbers.begin(), numbers.end(), wanted)) /
           static_cast<double>(numbers.size());
}

/// The number behind "Paragraph "; empty where there is none.
std::string paragraphOf(const std::string& reference) {
    constexpr std::string_view kWord = "Paragraph ";
    for (std::size_t at = reference.find(kWord); at != std::string::npos;
         at = reference.find(kWord, at + 1)) {
        std::string digits;
        for (std::size_t i = at + kWord.size();
             i < reference.size() && std::isdigit(static_cast<unsigned char>(reference[i])); ++i)
            digits += reference[i];
        if (!digits.empty()) return digits;
    }
    return "";
}

/// The published rule, which walks the list while it removes from it: of two such names that stand
/// behind each other the second stays.
double classScore(const std::string& answer, const std::string& reference,
                  const std::vector<std::string>& classes) {
    std::vector<std::string> named;
    for (const std::string& one : classes)
        if (answer.find(one) != std::string::npos) named.push_back(one);
    for (std::size_t i = 0; i < named.size(); ++i) {
        const std::string one = named[i];
        if (one == reference || reference.find(one) == std::string::npos) continue;
        named.erase(std::find(named.begin(), named.end(), one));
    }
    if (std::find(named.begin(), named.end(), reference) == named.end()) return 0;
    return 1.0 / static_cast<double>(named.size());
}

double codeSimilarity(const std::string& answer, const std::string& reference) {
    std::istringstream lines(answer);
    std::string first;
    for (std::string line; std::getline(lines, line);) {
        // Blank lines before the first other one are no lines of the answer.
        if (first.empty() && line.empty()) continue;
        first = " ";
        if (line.find_first_of("`#") != std::string::npos) continue;
        if (line.find("//") != std::string::npos) continue;
        if (line.empty() || reference.empty()) return 0;
        return std::nearbyint(100 * matchRatio(line, reference)) / 100;
    }
    return 0;
}

double recall(const std::string& answer, const std::vector<std::string>& references) {
    const std::string text = lowered(answer);
    const auto found = std::count_if(
        references.begin(), references.end(),
        [&](const std::string& one) { return text.find(lowered(one)) != std::string::npos; });
    return static_cast<double>(found) / static_cast<double>(references.size());
}

double scoreOfOne(TextMetric metric, const std::string& answer, const std::string& reference,
                  const std::vector<std::string>& classes) {
    switch (metric) {
        case TextMetric::kWordF1:
            return wordF1(answer, reference);
        case TextMetric::kRougeL:
            return rougeL(answer, reference);
        case TextMetric::kClass:
            return classScore(answer, reference, classes);
        case TextMetric::kParagraph: {
            const std::string wanted = paragraphOf(reference);
            return wanted.empty() ? 0 : shareOfNumbers(answer, wanted);
        }
        case TextMetric::kNumber:
            return shareOfNumbers(answer, reference);
        case TextMetric::kCodeSimilarity:
            return codeSimilarity(answer, reference);
        case TextMetric::kRecallAll:
        case TextMetric::kRecallPart:
            break;
    }
    return recall(answer, {reference});
}

/// Sentences as `rouge` cuts them: at full stops, white space made single.
std::vector<Words> sentencesOf(const std::string& text) {
    std::vector<Words> sentences;
    std::istringstream in(text);
    for (std::string sentence; std::getline(in, sentence, '.');) {
        if (sentence.empty()) continue;
        sentences.push_back(wordsOf(sentence));
        // Joined and cut at single blanks, nothing is one empty word.
        if (sentences.back().empty()) sentences.back().emplace_back();
    }
    return sentences;
}

/// Adds the words of the longest common subsequence; of several the one that its table walk finds.
void addCommon(const Words& reference, const Words& answer, std::set<std::string>& common) {
    const std::size_t rows = reference.size(), columns = answer.size();
    std::vector<std::vector<int>> length(rows + 1, std::vector<int>(columns + 1, 0));
    for (std::size_t i = 1; i <= rows; ++i) {
        for (std::size_t j = 1; j <= columns; ++j) {
            length[i][j] = reference[i - 1] == answer[j - 1]
                               ? length[i - 1][j - 1] + 1
                               : std::max(length[i - 1][j], length[i][j - 1]);
        }
    }
    for (std::size_t i = rows, j = columns; i > 0 && j > 0;) {
        if (reference[i - 1] == answer[j - 1]) {
            common.insert(reference[i - 1]);
            --i;
            --j;
        } else if (length[i - 1][j] > length[i][j - 1]) {
            --i;
        } else {
            --j;
        }
    }
}

std::size_t differentWords(const std::vector<Words>& sentences) {
    std::set<std::string> words;
    for (const Words& sentence : sentences) words.insert(sentence.begin(), sentence.end());
    return words.size();
}

}  // namespace

std::optional<TextMetric> textMetricNamed(const std::string& name) {
    for (const auto& [known, metric] : kMetrics)
        if (name == known) return metric;
    return std::nullopt;
}

double textScore(TextMetric metric, const std::string& answer,
                 const std::vector<std::string>& references,
                 const std::vector<std::string>& classes) {
    if (references.empty()) return 0;
    if (metric == TextMetric::kRecallAll) return recall(answer, references);
    double best = 0;
    for (const std::string& reference : references)
        best = std::max(best, scoreOfOne(metric, answer, reference, classes));
    return best;
}

double rougeL(const std::string& answer, const std::string& reference) {
    const std::vector<Words> got = sentencesOf(answer), want = sentencesOf(reference);
    if (got.empty() || want.empty()) return 0;
    std::set<std::string> common;
    for (const Words& wanted : want)
        for (const Words& sentence : got) addCommon(wanted, sentence, common);
    const double same = static_cast<double>(common.size());
    const double recalled = same / static_cast<double>(differentWords(want));
    const double precision = same / static_cast<double>(differentWords(got));
    constexpr double kTiny = 1e-8;
    return 2 * precision * recalled / (precision + recalled + kTiny);
}

}  // namespace reelquery
