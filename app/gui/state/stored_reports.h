#pragma once
// Reports inside the library's JSON: spelled as core/session/report_json spells them. Conversations
// kept by versions before 0.1 spelled some fields otherwise; those are read, too, and come out in
// today's spelling when they are next saved.

#include <QJsonObject>
#include <optional>

#include "core/session/compare/comparison.h"

namespace reelquery {

QJsonObject storedReport(const AnswerReport& report);
QJsonObject storedComparison(const ComparisonReport& report);

/// Nothing for an object that is no report in either spelling.
std::optional<AnswerReport> reportFromStored(QJsonObject stored);

/// dense, sparse: the reports stored beside an old comparison, which held its ranges only.
std::optional<ComparisonReport> comparisonFromStored(QJsonObject stored, const QJsonObject& dense,
                                                     const QJsonObject& sparse);

}  // namespace reelquery
