#include "core/session/compare/comparison.h"

#include <catch2/catch.hpp>

namespace reelquery {

namespace {

ComparisonReport comparisonOf(const Spread& dense, const Spread& sparse) {
    ComparisonReport report;
    report.dense.prefillS = dense;
    report.sparse.prefillS = sparse;
    return report;
}

}  // namespace

TEST_CASE("a side wins only beyond the spread of both and five per cent") {
    struct Row {
        const char* what;
        Spread dense, sparse;
        bool denseWins, sparseWins;
    };

    const auto row = GENERATE(values<Row>({
        {"ranges apart", {2.0, 1.9, 2.1}, {1.0, 0.9, 1.1}, false, true},
        {"the other way round", {1.0, 0.9, 1.1}, {2.0, 1.9, 2.1}, true, false},
        {"ranges that overlap", {2.0, 1.0, 2.1}, {1.0, 0.9, 1.1}, false, false},
        {"one round each, 4 % apart", {1.04, 1.04, 1.04}, {1.0, 1.0, 1.0}, false, false},
        {"one round each, 6 % apart", {1.06, 1.06, 1.06}, {1.0, 1.0, 1.0}, false, true},
        {"equal", {1, 1, 1}, {1, 1, 1}, false, false},
    }));
    INFO(row.what);
    const ComparisonReport report = comparisonOf(row.dense, row.sparse);
    CHECK(report.denseWins() == row.denseWins);
    CHECK(report.sparseWins() == row.sparseWins);
}

TEST_CASE("work of other programs widens what counts as a difference") {
    ComparisonReport report = comparisonOf({1.15, 1.15, 1.15}, {1.0, 1.0, 1.0});
    CHECK(report.repeatability() == 0.05);
    CHECK(report.sparseWins());
    report.othersShare = 0.2;
    CHECK(report.repeatability() == 0.2);
    CHECK_FALSE(report.sparseWins());
}

TEST_CASE("who wins stays so when the ratio is off by its stated spread") {
    const Spread dense{2.05, 2.0, 2.1}, sparse{1.44, 1.34, 1.54};
    ComparisonReport report = comparisonOf(dense, sparse);
    report.rounds = 2;  // medians of two rounds that lie 14 % apart may be off by 62 %
    CHECK(report.statedSpread(dense, sparse) == Approx(4.5 * 0.2 / 1.44));
    CHECK_FALSE(report.sparseWins());
    report.rounds = 3;
    CHECK(report.sparseWins());
    const int rounds = GENERATE(1, 2, 3, 5);
    const double middle = GENERATE(0.5, 0.9, 1.0, 1.1, 2.0), range = GENERATE(0.0, 0.04, 0.2);
    const Spread left{middle, middle * (1 - range / 2), middle * (1 + range / 2)}, right{1, 1, 1};
    report = comparisonOf(left, right);
    report.rounds = rounds;
    const double spread = report.statedSpread(left, right);
    if (report.sparseWins()) CHECK(middle * (1 - spread) > 1);
    if (report.denseWins()) CHECK(middle * (1 + spread) < 1);
    CHECK_FALSE((report.sparseWins() && report.denseWins()));
    if (middle == 2.0 && range < 0.1) CHECK(report.sparseWins());
    if (middle == 0.5 && range < 0.1) CHECK(report.denseWins());
}

TEST_CASE("the median of an even number of rounds lies between the middle two") {
    const Spread spread = spreadOf({4, 1, 3, 2});
    CHECK(spread.median == 2.5);
    CHECK(spread.smallest == 1);
    CHECK(spread.largest == 4);
    CHECK(spreadOf({}).median == 0);
}

}  // namespace reelquery
