#pragma once
// Reports as Qt's JSON, so that the library can keep them and read them back.

#include <QJsonObject>

#include "core/session/answer_report.h"
#include "core/session/comparison.h"

namespace reelquery {

/// Field names are those of AnswerReport in snake case. The answer's text is left out: it is kept
/// beside the report.
QJsonObject reportToJson(const AnswerReport& report);

/// Absent fields keep their default.
AnswerReport reportFromJson(const QJsonObject& json);

/// The figures of a comparison, without the reports of its two sides.
QJsonObject comparisonToJson(const ComparisonReport& report);
ComparisonReport comparisonFromJson(const QJsonObject& json);

}  // namespace reelquery
