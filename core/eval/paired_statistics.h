#pragma once
// Two methods on the same questions, where questions about one film are not independent of each
// other: how far they lie apart, whether the difference may be chance, and whether one is not worse
// than the other by more than a margin.
//
// Note [Two bounds, and the worse of them]
// Films, not questions, were drawn from a population, so the standard error of the mean difference
// d = mean(second - first) adds up whole films: with e_f the sum of (d_i - d) over film f's n_f
// questions, G films and n questions, SE = sqrt(G / (G - 1) * sum_f e_f^2) / n, and d +- t SE with
// Student's t of G - 1 degrees of freedom (Miller, arXiv 2411.00640, with the correction for few
// films). That interval trusts a normal shape and vanishes where no answer flips, as if 30 equal
// answers proved equality. Tango's score interval for paired shares (Statistics in Medicine 17,
// 1998, 891-908) is right for few flips but takes questions as independent. Each is blind where the
// other sees; a bound here is the worse of both.

#include <vector>

namespace reelquery {

/// One film's questions in both methods.
struct FilmPairs {
    int onlyFirst = 0;   ///< right with the first method only
    int onlySecond = 0;  ///< right with the second only
    int same = 0;        ///< right with both or with neither
};

enum class Verdict {
    kNotInferior,  ///< the lower bound lies above -margin
    kInferior,     ///< the upper bound lies below -margin
    kUndecided     ///< neither; also with fewer than two films
};

/// Second minus first, shares of questions. Bounds are one-sided 95 % each, so both together are a
/// 90 % interval. See Note [Two bounds, and the worse of them].
struct PairedDifference {
    int films = 0, questions = 0;
    int flips = 0;  ///< answers that are right with one method only
    double difference = 0;
    double standardError = 0;  ///< clustered by film
    double designEffect = 1;   ///< variance over that of independent questions; 1 without flips
    double lower = -1, upper = 1;
    double p = 1;  ///< clusteredMcNemar of the films
};

/// The mean of figures of which those of one film are no independent samples, with the standard
/// error of whole films. See Note [Two bounds, and the worse of them] for what it leaves out.
struct ClusteredMean {
    int films = 0, figures = 0;
    double mean = 0, median = 0;
    double standardError = 0;     ///< 0 below two films
    double lower = 0, upper = 0;  ///< 95 % interval, both sides; the mean itself below two films
};

/// figures: of each film. Films without any do not count.
ClusteredMean clusteredMean(const std::vector<std::vector<double>>& figures);

/// One film's graded questions: second minus first score, -1 to 1 each.
using FilmDifferences = std::vector<double>;

/// Two methods on graded questions, as PairedDifference: flips count answers whose scores differ,
/// and Tango's bound takes each of them for a whole one. p is that of the flips' signs.
PairedDifference compareScores(const std::vector<FilmDifferences>& films);

/// What the films show. Nothing but the counts below two films or without questions. Films without
/// questions do not count.
PairedDifference comparePairs(const std::vector<FilmPairs>& films);

/// Requires 0 < margin < 1, a share.
Verdict verdictOn(const PairedDifference& found, double margin);

/// Exact two-sided p of no difference with films as units: each film's onlySecond - onlyFirst may
/// as well have come with the other sign. With one question a film it is McNemar's exact test.
double clusteredMcNemar(const std::vector<FilmPairs>& films);

/// Tango's score bounds, one-sided 95 % each, of (onlySecond - onlyFirst) / questions for
/// independent pairs. {-1, 1} without questions.
struct ScoreBounds {
    double lower = -1, upper = 1;
};

ScoreBounds tangoBounds(int onlyFirst, int onlySecond, int questions);

/// The value that Student's t with `degrees` >= 1 degrees of freedom exceeds with probability 5 %.
double studentT95(int degrees);

/// The same with probability 2.5 %.
double studentT975(int degrees);

}  // namespace reelquery
