// The statistics of paired answers against scipy and brute force, and what a run's verdicts say.
//
// Expected values: scipy 1.17. Student's t: stats.t.ppf(0.95, df). Tango's bounds: the restricted
// likelihood maximised numerically (minimize_scalar over the share of pairs that only the first got
// right), its score statistic set to -+stats.norm.ppf(0.95) with brentq. Sign flips: all 2^G sums
// by itertools.product. Clustered errors: numpy over the single answers.

#include "core/eval/paired_statistics.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/eval/eval_report.h"
#include "core/eval/eval_summary.h"
#include "tests/unit/eval/scripted_answers.h"

using namespace reelquery;

namespace {

/// One film with the answers of each mode, true for right.
struct Film {
    std::vector<bool> dense, sparse, random;
};

/// A run of `films` films over three modes, random a control. Sparse attention keeps 0.4 of the
/// blocks, the control `controlDensity`.
EvalSummary summaryOf(const std::vector<Film>& films, std::optional<double> margin,
                      bool withControl = true, double controlDensity = 0.4) {
    EvalRequest request;
    request.margin = margin;
    request.modes = {{"dense", {}}, {"xattention", {}}};
    if (withControl) request.modes.push_back({"random at 0.50", {}, true});
    EvalOutcome outcome;
    for (std::size_t f = 0; f < films.size(); ++f) {
        for (std::size_t q = 0; q < films[f].dense.size(); ++q) {
            EvalQuestion question;
            question.video = "/films/" + std::to_string(f);
            question.id = std::to_string(f) + "-" + std::to_string(q);
            question.task = "colour";
            question.length = f % 2 ? "long" : "short";
            request.suite.questions.push_back(question);
            const auto add = [&](const std::string& mode, bool right) {
                EvalRecord record;
                record.id = question.id;
                record.mode = mode;
                record.right = right;
                record.density = mode == "dense" ? 1 : mode == "xattention" ? 0.4 : controlDensity;
                outcome.records.push_back(record);
            };
            add("dense", films[f].dense[q]);
            add("xattention", films[f].sparse[q]);
            if (withControl) add("random at 0.50", films[f].random[q]);
        }
    }
    return summarize(request, outcome, "cpu", "1");
}

/// `count` films of 20 right answers; the first `wrong` of each film's are wrong with random
/// blocks.
std::vector<Film> filmsWith(int count, int wrong) {
    std::vector<Film> films;
    for (int f = 0; f < count; ++f) {
        Film film{std::vector<bool>(20, true), std::vector<bool>(20, true),
                  std::vector<bool>(20, true)};
        for (int q = 0; q < wrong; ++q) film.random[static_cast<std::size_t>(q)] = false;
        films.push_back(film);
    }
    return films;
}

}  // namespace

TEST_CASE("Student's t agrees with scipy") {
    const std::vector<std::pair<int, double>> expected = {
        {1, 6.313751514675037},   {2, 2.9199855803537242},  {3, 2.3533634348018233},
        {9, 1.833112932656237},   {10, 1.8124611228116756}, {29, 1.6991270265334972},
        {199, 1.6525467461665633}};
    for (const auto& [degrees, value] : expected)
        CHECK(studentT95(degrees) == Approx(value).epsilon(1e-10));
}

TEST_CASE("means of figures are clustered by film") {
    // stats.t.ppf(0.975, df).
    for (const auto& [degrees, value] : std::vector<std::pair<int, double>>{
             {1, 12.706204736174694}, {2, 4.302652729749462}, {30, 2.0422724563012378}})
        CHECK(studentT975(degrees) == Approx(value).epsilon(1e-10));
    const ClusteredMean found = clusteredMean({{0.1, 0.4}, {0.0, 0.2, 0.9}, {}, {0.3}});
    CHECK(found.films == 3);
    CHECK(found.figures == 6);
    CHECK(found.mean == Approx(0.31666666666666665));
    CHECK(found.median == Approx(0.25));
    CHECK(found.standardError == Approx(0.04110735718596872));
    CHECK(found.lower == Approx(0.13979598405767224));
    CHECK(found.upper == Approx(0.4935373492756612));
    const ClusteredMean one = clusteredMean({{0.1, 0.3}});
    CHECK(one.lower == one.mean);
    CHECK(clusteredMean({}).figures == 0);
}

TEST_CASE("graded answers: the mean's bounds or those of the flips, whichever is worse") {
    const PairedDifference found = compareScores({{0.5, 0, -0.25, 0}, {0, 0, 0.25}, {-0.5, 0, 0}});
    CHECK(found.films == 3);
    CHECK(found.questions == 10);
    CHECK(found.flips == 4);
    CHECK(found.difference == Approx(0.0).margin(1e-12));
    CHECK(found.standardError == Approx(0.075));
    CHECK(found.designEffect == Approx(0.9));
    // The mean alone would say -0.219 to 0.219; two flips for and two against of ten say more.
    CHECK(found.lower == Approx(-0.3352362713).margin(2e-8));
    CHECK(found.upper == Approx(0.3352362713).margin(2e-8));
    // Scores that all fell by as much, in many films: the mean decides.
    const PairedDifference fallen = compareScores(std::vector<FilmDifferences>(40, {-0.5, -0.5}));
    CHECK(fallen.difference == -0.5);
    CHECK(fallen.upper == Approx(-0.5).margin(1e-12));
    CHECK(fallen.lower < -0.9);
    // Equal answers prove nothing by themselves.
    const PairedDifference equal = compareScores(std::vector<FilmDifferences>(30, {0.0}));
    CHECK(equal.lower == Approx(-0.0827243121).margin(2e-8));
}

TEST_CASE("Tango's bounds agree with the likelihood maximised by scipy") {
    struct Case {
        int onlyFirst, onlySecond, questions;
        double lower, upper;
    };

    // The search of the likelihood is good to about 1e-8.
    const std::vector<Case> cases = {{0, 0, 30, -0.0827243121, 0.0827243121},
                                     {9, 3, 300, -0.0421534851, -0.0011308248},
                                     {8, 10, 1180, -0.0045250865, 0.0081250497},
                                     {0, 1, 12, -0.1159796277, 0.3011682794},
                                     {25, 0, 40, -0.7391921614, -0.4949694779}};
    for (const Case& one : cases) {
        const ScoreBounds bounds = tangoBounds(one.onlyFirst, one.onlySecond, one.questions);
        INFO(one.onlyFirst << " " << one.onlySecond << " " << one.questions);
        CHECK(bounds.lower == Approx(one.lower).margin(2e-8));
        CHECK(bounds.upper == Approx(one.upper).margin(2e-8));
    }
    // Without a flip the bound is z^2 / (n + z^2), z the normal quantile.
    const double z2 = 1.6448536269514722 * 1.6448536269514722;
    CHECK(tangoBounds(0, 0, 1180).lower == Approx(-z2 / (1180 + z2)).epsilon(1e-9));
    CHECK(tangoBounds(0, 0, 0).lower == -1);
}

TEST_CASE("films as units of McNemar's test agree with all signs tried") {
    const auto filmsOf = [](const std::vector<int>& differences) {
        std::vector<FilmPairs> films;
        for (const int d : differences) films.push_back({d < 0 ? -d : 0, d > 0 ? d : 0, 5});
        return films;
    };
    // One question a film: the binomial test, scipy.stats.binomtest(3, 12).
    CHECK(clusteredMcNemar(filmsOf({-1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1})) ==
          Approx(0.14599609375));
    CHECK(clusteredMcNemar(filmsOf({-9, -1, 0, 2, 1})) == Approx(0.875));
    CHECK(clusteredMcNemar(filmsOf({4, -4, 3, 0, 0, -1, -2, -6})) == Approx(0.625));
    CHECK(clusteredMcNemar(filmsOf({0, 0, 0})) == 1);
    CHECK(clusteredMcNemar({}) == 1);
}

TEST_CASE("differences are clustered by film, and bounds are the worse of two") {
    // Nine of twelve flips in one film: questions alone would say -0.061 to -0.011.
    const PairedDifference one = comparePairs(
        {{9, 0, 31}, {0, 1, 39}, {1, 0, 39}, {0, 0, 40}, {0, 1, 39}, {0, 0, 40}, {0, 0, 0}});
    CHECK(one.films == 6);
    CHECK(one.questions == 240);
    CHECK(one.flips == 12);
    CHECK(one.difference == Approx(-8 / 240.0));
    CHECK(one.standardError == Approx(0.03908679799852857));
    CHECK(one.designEffect == Approx(7.5));
    CHECK(one.lower == Approx(-0.1120951220590648));
    CHECK(one.upper == Approx(0.04542845539239814));

    // Flips that lie apart: Tango's bound is the worse one.
    const PairedDifference apart = comparePairs({{1, 0, 9},
                                                 {0, 1, 9},
                                                 {1, 0, 9},
                                                 {0, 0, 10},
                                                 {0, 0, 10},
                                                 {1, 1, 8},
                                                 {0, 0, 10},
                                                 {0, 1, 9}});
    CHECK(apart.standardError == Approx(0.02672612419124244));
    CHECK(apart.designEffect == Approx(0.761904761904762));
    CHECK(apart.lower == Approx(-0.0586800645).margin(2e-8));

    // No flip proves no equality.
    const PairedDifference none = comparePairs({{0, 0, 10}, {0, 0, 10}, {0, 0, 10}});
    CHECK(none.standardError == 0);
    CHECK(none.designEffect == 1);
    CHECK(none.lower == Approx(-0.0827243121).margin(2e-8));

    const PairedDifference far = comparePairs({{20, 1, 19}, {18, 0, 22}, {25, 2, 13}, {19, 0, 21}});
    CHECK(far.lower == Approx(-0.561718206).margin(2e-8));
    CHECK(far.upper == Approx(-0.422456814).margin(2e-8));
}

TEST_CASE("verdicts need two films, and a margin that the bounds clear") {
    const PairedDifference none = comparePairs({{0, 0, 10}, {0, 0, 10}, {0, 0, 10}});
    CHECK(verdictOn(none, 0.09) == Verdict::kNotInferior);
    CHECK(verdictOn(none, 0.08) == Verdict::kUndecided);
    const PairedDifference far = comparePairs({{20, 1, 19}, {18, 0, 22}, {25, 2, 13}, {19, 0, 21}});
    CHECK(verdictOn(far, 0.4) == Verdict::kInferior);
    CHECK(verdictOn(far, 0.5) == Verdict::kUndecided);
    CHECK(verdictOn(far, 0.6) == Verdict::kNotInferior);
    const PairedDifference single = comparePairs({{0, 0, 10000}});
    CHECK(single.films == 1);
    CHECK(verdictOn(single, 0.5) == Verdict::kUndecided);
    CHECK(verdictOn(comparePairs({}), 0.5) == Verdict::kUndecided);
}

TEST_CASE("a result that random blocks pass too shows nothing about the choice, and says so") {
    const EvalSummary passed = summaryOf(filmsWith(30, 0), 0.01);
    REQUIRE(passed.choices.size() == 3);  // short, long, all
    const EvalChoice& choice = passed.choices.back();
    CHECK(choice.finding == ChoiceFinding::kNothing);
    const auto json = nlohmann::json::parse(summaryJson(passed));
    CHECK(json["margin"] == 0.01);
    CHECK(json["choices"].back()["finding"] == "nothing: a control passes");
    CHECK(json["verdicts"].back()["control"] == true);
    CHECK(json["verdicts"].back()["verdict"] == "not inferior");
    CHECK(json["verdicts"].back()["films"] == 30);
    const ReportPage page = evalReport(passed);
    for (const std::string& text : {markdownOf(page), htmlOf(page)}) {
        CHECK(text.find("random at 0.50 passes as well. This result shows nothing about the choice "
                        "of blocks.") != std::string::npos);
        CHECK(text.find("1.00 percentage points") != std::string::npos);
    }
}

TEST_CASE("a control that fails speaks for the choice; one that may pass does not") {
    CHECK(summaryOf(filmsWith(30, 4), 0.01).choices.back().finding == ChoiceFinding::kShown);
    CHECK(summaryOf(filmsWith(30, 4), 0.01, true, 0.5).choices.back().finding ==
          ChoiceFinding::kShown);
    // With fewer blocks it would fail whoever chose them.
    const EvalChoice unfair = summaryOf(filmsWith(30, 4), 0.01, true, 0.3).choices.back();
    CHECK(unfair.finding == ChoiceFinding::kUnfair);
    CHECK(choiceText(unfair).find("with fewer blocks") != std::string::npos);
    // One film in which half is lost: far too little to say.
    std::vector<Film> films = filmsWith(30, 0);
    for (std::size_t q = 0; q < 10; ++q) films[0].random[q] = false;
    const EvalSummary open = summaryOf(films, 0.01);
    CHECK(open.choices.back().finding == ChoiceFinding::kUndecided);
    CHECK(summaryOf(filmsWith(30, 0), 0.01, false).choices.back().finding ==
          ChoiceFinding::kNoControl);
}

TEST_CASE("without a margin there is no verdict, and an inferior mode has no choice to speak of") {
    const EvalSummary open = summaryOf(filmsWith(30, 0), std::nullopt);
    CHECK(open.choices.empty());
    REQUIRE(open.verdicts.size() == 6);
    CHECK_FALSE(open.verdicts.back().verdict);
    CHECK(markdownOf(evalReport(open)).find("no verdict is given") != std::string::npos);
    CHECK_FALSE(nlohmann::json::parse(summaryJson(open)).contains("margin"));

    std::vector<Film> films = filmsWith(30, 0);
    for (Film& film : films) film.sparse = std::vector<bool>(20, false);
    const EvalSummary lost = summaryOf(films, 0.01);
    CHECK(lost.verdicts[lost.verdicts.size() - 2].verdict == Verdict::kInferior);
    CHECK(lost.choices.empty());
}
