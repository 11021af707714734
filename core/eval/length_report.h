#pragma once
// Dense against sparse over the length of the video: comparisons at several token budgets, and how
// right the answers were at the densities of runs of `reelquery eval`.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/eval/report_page.h"
#include "core/eval/statistics.h"
#include "core/session/compare/comparison.h"

namespace reelquery {

/// A comparison at one budget of video tokens.
struct LengthPoint {
    std::int64_t budget = 0;  ///< asked for; the report says how many it became
    ComparisonReport comparison;
};

/// One mode of one evaluation.
struct AccuracyPoint {
    std::string suite, mode;
    std::string selection;  ///< "S=16 antidiagonal"; empty for dense
    double threshold = 0;   ///< 0 for dense
    double density = 1;
    int correct = 0, total = 0;
    Interval interval;
};

struct LengthReport {
    std::string video, question;
    std::string settings;  ///< of the sparse side, in words
    std::string machine, clock, version;
    std::vector<LengthPoint> points;
    std::vector<std::string> notes;  ///< lengths that were not reached or failed
    std::vector<AccuracyPoint> accuracy;
};

/// A ratio of medians with the spread that is stated for it.
struct StatedRatio {
    double ratio = 0;
    double spread = 0;  ///< relative

    double low() const { return ratio * (1 - spread); }

    double high() const { return ratio * (1 + spread); }
};

/// A ratio of two medians of `report` with report.statedSpread().
StatedRatio statedRatio(double ratio, const Spread& dense, const Spread& sparse,
                        const ComparisonReport& report);

/// The modes of a summary.json that `reelquery eval` wrote. Errors: Error{kUsage} where it is not
/// one.
std::vector<AccuracyPoint> readAccuracy(const std::filesystem::path& summaryFile);

/// Everything, the comparisons exactly as comparisonJson writes them.
std::string lengthJson(const LengthReport& report);

/// A row a length; the figures of the JSON, digit for digit.
std::string lengthCsv(const LengthReport& report);

/// Plots, rounded tables, a verdict for each length, and the figures of the JSON in full.
ReportPage lengthPage(const LengthReport& report);

}  // namespace reelquery
