#pragma once
// Dense against sparse on the same question: what was measured and how far the two agree.
//
// Note [Comparison protocol]
// Frames, features and prompt are made once and shared. Each side runs once to warm up, then
// `rounds` times, the order of the two alternating from round to round. Both are causal and run the
// same attention kernels; a sparse time includes choosing the blocks. Figures are medians over the
// rounds, with the smallest and largest beside them. What other programs took of the machine in the
// rounds is measured too, and widens what counts as a difference. One key/value cache is in memory
// at a time. Answers are drawn greedily, so that every round gives the same one.

#include <optional>
#include <string>
#include <vector>

#include "core/answer/answer_report.h"
#include "core/base/run_options.h"

namespace reelquery {

/// Median of a figure over the rounds, with its range.
struct Spread {
    double median = 0, smallest = 0, largest = 0;

    /// (largest - smallest) / median; 0 for a figure of 0.
    double relative() const { return median > 0 ? (largest - smallest) / median : 0; }
};

/// Median and range of `values`; zeros for none.
Spread spreadOf(std::vector<double> values);

/// One side: its answer with medians in place of single times, and the ranges.
struct ComparedSide {
    AnswerReport report;
    Spread prefillS, attentionS, selectionS, firstTokenS, tokensPerS;
};

/// How far the sparse side agrees with the dense one.
struct Agreement {
    double firstTokenKl = 0;  ///< KL(dense || sparse) of the first answer token, in nats
    double top1 = 0;          ///< share of the dense answer's tokens that the sparse side, fed the
                              ///< dense answer, would pick too
    std::int64_t comparedTokens = 0;     ///< tokens behind top1
    std::int64_t equalPrefixTokens = 0;  ///< tokens until the two answers part
    bool sameAnswer = false;
    std::optional<bool> sameOption;  ///< both answers begin with an option letter: the same one?
};

/// Ratios dense / sparse of the medians: above 1 the sparse side is faster.
struct SpeedUps {
    double attention = 0, prefill = 0, firstToken = 0;
};

/// A larger ComparisonReport::othersShare is worth a word to the reader.
inline constexpr double kToldOthersShare = 0.05;

struct ComparisonReport {
    ComparedSide dense, sparse;
    std::string selector = "xattention";  ///< that chose the sparse side's blocks
    Agreement agreement;
    SpeedUps speedUp;
    int rounds = 0;
    std::string machine;  ///< the device both ran on
    double othersShare =
        0;  ///< of the processor time of the rounds, 0 to 1, went to other programs

    /// Medians of the same work, measured twice, may differ by this share: 5 % on an idle machine,
    /// more where others were at work.
    double repeatability() const;

    /// By what share a ratio of two medians of this report may be off: as far as such medians lie
    /// apart in nine of ten repetitions, by how far the rounds lay apart, and at least
    /// repeatability().
    double statedSpread(const Spread& denseFigure, const Spread& sparseFigure) const;

    /// Whose prefill was faster. Only a ratio that stays on its side of 1 when it is off by
    /// statedSpread(), with no round of the slower side faster than one of the other, counts.
    bool denseWins() const;
    bool sparseWins() const;
};

/// "A", "b)", "(C) ..." -> 'A', 'B', 'C'; nothing for an answer that names no option first.
std::optional<char> optionLetter(const std::string& answer);

}  // namespace reelquery
