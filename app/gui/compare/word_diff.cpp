#include "app/gui/compare/word_diff.h"

#include <QStringList>
#include <algorithm>

namespace reelquery {

namespace {

constexpr std::size_t kMostCells = 4'000'000;  // 8 MB of table, a few milliseconds

QStringList folded(const QString& text, const std::vector<TextWord>& words) {
    QStringList list;
    for (const TextWord& word : words)
        list.append(text.mid(word.start, word.length).toCaseFolded());
    return list;
}

bool isInner(QChar c) {
    return c == QLatin1Char('\'') || c == QLatin1Char(':') || c == QLatin1Char('.') ||
           c == QChar(0x2019) || c == QLatin1Char('-');
}

}  // namespace

std::vector<TextWord> wordsOf(const QString& text) {
    std::vector<TextWord> words;
    qsizetype at = 0;
    while (at < text.size()) {
        if (!text[at].isLetterOrNumber()) {
            ++at;
            continue;
        }
        const qsizetype start = at;
        while (at < text.size() &&
               (text[at].isLetterOrNumber() ||
                (isInner(text[at]) && at + 1 < text.size() && text[at + 1].isLetterOrNumber()))) {
            ++at;
        }
        words.push_back({start, at - start});
    }
    return words;
}

WordDiff differingWords(const QString& leftText, const QString& rightText) {
    const QStringList left = folded(leftText, wordsOf(leftText));
    const QStringList right = folded(rightText, wordsOf(rightText));
    const auto rows = std::size_t(left.size()), columns = std::size_t(right.size());
    WordDiff diff;
    if ((rows + 1) * (columns + 1) > kMostCells) {
        for (std::size_t at = 0; at < std::max(rows, columns); ++at) {
            if (at < rows && at < columns && left[qsizetype(at)] == right[qsizetype(at)]) continue;
            if (at < rows) diff.onlyLeft.push_back(int(at));
            if (at < columns) diff.onlyRight.push_back(int(at));
        }
        return diff;
    }
    // common[i][j]: length of the longest common subsequence of left[i..] and right[j..]
    std::vector<std::uint16_t> common((rows + 1) * (columns + 1), 0);
    const auto cell = [&](std::size_t i, std::size_t j) -> std::uint16_t& {
        return common[i * (columns + 1) + j];
    };
    for (std::size_t i = rows; i-- > 0;) {
        for (std::size_t j = columns; j-- > 0;) {
            cell(i, j) = left[qsizetype(i)] == right[qsizetype(j)]
                             ? std::uint16_t(cell(i + 1, j + 1) + 1)
                             : std::max(cell(i + 1, j), cell(i, j + 1));
        }
    }
    std::size_t i = 0, j = 0;
    while (i < rows || j < columns) {
        if (i < rows && j < columns && left[qsizetype(i)] == right[qsizetype(j)]) {
            ++i;
            ++j;
        } else if (j == columns || (i < rows && cell(i + 1, j) >= cell(i, j + 1))) {
            diff.onlyLeft.push_back(int(i++));
        } else {
            diff.onlyRight.push_back(int(j++));
        }
    }
    return diff;
}

}  // namespace reelquery
