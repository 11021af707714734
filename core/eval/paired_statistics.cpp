#include "core/eval/paired_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "core/eval/statistics.h"

namespace reelquery {

namespace {

constexpr double kZ95 = 1.6448536269514722;  // normal quantile, one-sided 95 %

/// Where a falling function crosses zero between low and high.
template <class Falling>
double crossing(const Falling& f, double low, double high) {
    for (int step = 0; step < 100; ++step) {
        const double middle = (low + high) / 2;
        (f(middle) > 0 ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// P(|T| <= t) of Student's t: the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4.
double centralStudentT(double t, int degrees) {
    const double angle = std::atan(t / std::sqrt(degrees));
    const double cos2 = std::cos(angle) * std::cos(angle);
    const bool isOdd = degrees % 2 == 1;
    double term = isOdd ? std::cos(angle) : 1, sum = degrees == 1 ? 0 : term;
    for (int k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
        term *= cos2 * (k - 1) / k;
        sum += term;
    }
    if (!isOdd) return std::sin(angle) * sum;
    return 2 / std::numbers::pi * (angle + std::sin(angle) * sum);
}

/// Tango's score statistic of a true difference `delta`: falls from + to - as delta grows.
double tangoScore(double b, double c, double n, double delta) {
    // The likeliest share of pairs that only the first got right, given delta.
    const double second = (2 * n - b + c) * delta - b - c, third = -c * delta * (1 - delta);
    const double root = std::sqrt(std::max(0.0, second * second - 8 * n * third));
    const double share = (root - second) / (4 * n);
    const double variance = n * (2 * share + delta * (1 - delta));
    const double off = b - c - n * delta;
    if (variance <= 0) return off == 0 ? 0 : std::copysign(INFINITY, off);
    return off / std::sqrt(variance);
}

struct Sums {
    int films = 0, questions = 0, onlyFirst = 0, onlySecond = 0;
};

int questionsOf(const FilmPairs& film) {
    return film.onlyFirst + film.onlySecond + film.same;
}

Sums sumsOf(const std::vector<FilmPairs>& films) {
    Sums sums;
    for (const FilmPairs& film : films) {
        sums.films += questionsOf(film) > 0;
        sums.questions += questionsOf(film);
        sums.onlyFirst += film.onlyFirst;
        sums.onlySecond += film.onlySecond;
    }
    return sums;
}

/// Of all figures around their mean.
double varianceOf(const std::vector<FilmDifferences>& films, double mean) {
    double sum = 0;
    std::size_t count = 0;
    for (const FilmDifferences& film : films) {
        for (const double one : film) sum += (one - mean) * (one - mean);
        count += film.size();
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

double studentT95(int degrees) {
    return crossing([=](double t) { return 0.9 - centralStudentT(t, degrees); }, 0, 7);
}

double studentT975(int degrees) {
    return crossing([=](double t) { return 0.95 - centralStudentT(t, degrees); }, 0, 13);
}

ClusteredMean clusteredMean(const std::vector<std::vector<double>>& figures) {
    ClusteredMean found;
    std::vector<double> all;
    for (const std::vector<double>& film : figures) {
        found.films += !film.empty();
        all.insert(all.end(), film.begin(), film.end());
    }
    found.figures = static_cast<int>(all.size());
    if (all.empty()) return found;
    found.mean = found.lower = found.upper = meanOf(all);
    found.median = medianOf(all);
    if (found.films < 2) return found;
    double clustered = 0;
    for (const std::vector<double>& film : figures) {
        double off = 0;
        for (const double figure : film) off += figure - found.mean;
        clustered += off * off;
    }
    const double few = found.films / (found.films - 1.0);
    found.standardError = std::sqrt(few * clustered) / found.figures;
    const double reach = studentT975(found.films - 1) * found.standardError;
    found.lower = found.mean - reach;
    found.upper = found.mean + reach;
    return found;
}

PairedDifference compareScores(const std::vector<FilmDifferences>& films) {
    std::vector<FilmPairs> signs;
    for (const FilmDifferences& film : films) {
        FilmPairs counts;
        for (const double difference : film) {
            if (difference == 0)
                ++counts.same;
            else
                ++(difference < 0 ? counts.onlyFirst : counts.onlySecond);
        }
        signs.push_back(counts);
    }
    PairedDifference found = comparePairs(signs);
    const ClusteredMean mean = clusteredMean(films);
    found.difference = mean.mean;
    found.standardError = mean.standardError;
    const double independent = varianceOf(films, mean.mean) / std::max(1, mean.figures);
    found.designEffect =
        independent > 0 ? mean.standardError * mean.standardError / independent : 1;
    if (found.films < 2) return found;
    const Sums sums = sumsOf(signs);
    const ScoreBounds score = tangoBounds(sums.onlyFirst, sums.onlySecond, sums.questions);
    const double reach = studentT95(found.films - 1) * mean.standardError;
    found.lower = std::max(-1.0, std::min(mean.mean - reach, score.lower));
    found.upper = std::min(1.0, std::max(mean.mean + reach, score.upper));
    return found;
}

ScoreBounds tangoBounds(int onlyFirst, int onlySecond, int questions) {
    if (questions == 0) return {};
    const double b = onlySecond, c = onlyFirst, n = questions;
    const double middle = (b - c) / n;
    return {crossing([&](double delta) { return tangoScore(b, c, n, delta) - kZ95; }, -1, middle),
            crossing([&](double delta) { return tangoScore(b, c, n, delta) + kZ95; }, middle, 1)};
}

double clusteredMcNemar(const std::vector<FilmPairs>& films) {
    int observed = 0, reach = 0;
    for (const FilmPairs& film : films) {
        observed += film.onlySecond - film.onlyFirst;
        reach += std::abs(film.onlySecond - film.onlyFirst);
    }
    // chances[s + reach]: that the sum of the films so far is s.
    std::vector<double> chances(static_cast<std::size_t>(2 * reach + 1), 0), next;
    chances[static_cast<std::size_t>(reach)] = 1;
    for (const FilmPairs& film : films) {
        const std::ptrdiff_t step = std::abs(film.onlySecond - film.onlyFirst);
        if (step == 0) continue;
        next.assign(chances.size(), 0);
        for (std::ptrdiff_t s = 0; s < std::ssize(chances); ++s) {
            const double half = chances[static_cast<std::size_t>(s)] / 2;
            if (half == 0) continue;  // only what can be reached, which lies inside
            next[static_cast<std::size_t>(s - step)] += half;
            next[static_cast<std::size_t>(s + step)] += half;
        }
        chances.swap(next);
    }
    double p = 0;
    for (std::ptrdiff_t s = 0; s < std::ssize(chances); ++s)
        if (std::abs(s - reach) >= std::abs(observed)) p += chances[static_cast<std::size_t>(s)];
    return std::min(1.0, p);
}

PairedDifference comparePairs(const std::vector<FilmPairs>& films) {
    const Sums sums = sumsOf(films);
    PairedDifference found;
    found.films = sums.films;
    found.questions = sums.questions;
    found.flips = sums.onlyFirst + sums.onlySecond;
    if (sums.questions == 0) return found;
    const double n = sums.questions;
    found.difference = (sums.onlySecond - sums.onlyFirst) / n;
    found.p = clusteredMcNemar(films);
    if (sums.films < 2) return found;
    double clustered = 0;
    for (const FilmPairs& film : films) {
        const double off = film.onlySecond - film.onlyFirst - questionsOf(film) * found.difference;
        clustered += off * off;
    }
    const double few = sums.films / (sums.films - 1.0);
    found.standardError = std::sqrt(few * clustered) / n;
    const double independent = (found.flips / n - found.difference * found.difference) / n;
    if (independent > 0)
        found.designEffect = found.standardError * found.standardError / independent;
    const double reach = studentT95(sums.films - 1) * found.standardError;
    const ScoreBounds score = tangoBounds(sums.onlyFirst, sums.onlySecond, sums.questions);
    found.lower = std::max(-1.0, std::min(found.difference - reach, score.lower));
    found.upper = std::min(1.0, std::max(found.difference + reach, score.upper));
    return found;
}

Verdict verdictOn(const PairedDifference& found, double margin) {
    if (found.films < 2) return Verdict::kUndecided;
    if (found.lower > -margin) return Verdict::kNotInferior;
    if (found.upper < -margin) return Verdict::kInferior;
    return Verdict::kUndecided;
}

}  // namespace reelquery
