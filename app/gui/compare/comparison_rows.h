#pragma once
// The ledger of one answer and of a dense and a sparse one, as rows of text and numbers.

#include <QString>
#include <vector>

#include "core/session/compare/comparison.h"
#include "core/session/report/answer_report.h"

namespace reelquery {

/// One figure of a single answer.
struct LedgerFigure {
    QString name, value, tip;
};

std::vector<LedgerFigure> ledgerFigures(const AnswerReport& report);

/// One line of a comparison.
struct ComparisonRow {
    QString name;
    QString denseText, sparseText;
    double dense = 0, sparse = 0;  ///< for the bars; in seconds
    bool hasBars = false;          ///< times have bars, counts have none
    bool isPart = false;           ///< part of the row above ("of that attention")
};

/// The rows of a comparison; without one, the same rows with nothing in them.
std::vector<ComparisonRow> comparisonRows(const ComparisonReport* report);

/// What the comparison says, in words: which was faster and by how much, with length, density,
/// stride, threshold, device, rounds and how far the answers agree. A side wins only where the
/// difference exceeds the spread of both.
QString comparisonVerdict(const ComparisonReport& report);

}  // namespace reelquery
