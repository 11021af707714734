#pragma once
// Which words two answers do not share.

#include <QString>
#include <vector>

namespace reelquery {

struct TextWord {
    qsizetype start = 0, length = 0;
};

/// Words of a text: runs of letters and digits, with the marks inside them ("don't", "3:12").
std::vector<TextWord> wordsOf(const QString& text);

struct WordDiff {
    std::vector<int> onlyLeft, onlyRight;  ///< places in wordsOf() of each text

    int count() const { return int(std::max(onlyLeft.size(), onlyRight.size())); }
};

/// Words outside the longest common subsequence, compared without case. Answers of more than a few
/// thousand words are compared place by place instead, which is quick but coarser.
WordDiff differingWords(const QString& left, const QString& right);

}  // namespace reelquery
