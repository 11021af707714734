#pragma once
// The report of a run for people.

#include "core/eval/eval_summary.h"
#include "core/eval/report_page.h"

namespace reelquery {

/// Per task and length: right answers with intervals, density, times, pairs, evidence; what failed
/// and what was missing.
ReportPage evalReport(const EvalSummary& summary);

}  // namespace reelquery
