#pragma once
// How public sets of text questions grade an answer: by the strings, words or lines of the
// references. Scores lie between 0 and 1. Letters outside ASCII are compared byte by byte.

#include <optional>
#include <string>
#include <vector>

namespace reelquery {

/// How one answer is held against its references.
enum class TextMetric {
    kRecallAll,       ///< RULER: share of the references that stand in the answer, in any case
    kRecallPart,      ///< RULER: 1 where one of them does
    kWordF1,          ///< F1 of the words, without case, punctuation and articles
    kRougeL,          ///< ROUGE-L's F of whole summaries, as the package `rouge` counts it
    kClass,           ///< the reference among all classes that the answer names
    kParagraph,       ///< share of the answer's numbers that are the reference's "Paragraph N"
    kNumber,          ///< share of the answer's numbers that are the reference
    kCodeSimilarity,  ///< likeness of the first line that is no comment, in whole percent
};

/// "recall-all", "word-f1", ...; nothing for another name.
std::optional<TextMetric> textMetricNamed(const std::string& name);

/// The answer's score. kRecallAll and kRecallPart look at all references together, all others take
/// the best of them; 0 without references. classes: for kClass, all that there are.
double textScore(TextMetric metric, const std::string& answer,
                 const std::vector<std::string>& references,
                 const std::vector<std::string>& classes = {});

/// ROUGE-L's F of two texts, whose sentences end at full stops; words are counted once.
double rougeL(const std::string& answer, const std::string& reference);

}  // namespace reelquery
