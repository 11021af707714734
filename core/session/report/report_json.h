#pragma once
// Reports as JSON: the one spelling that the command line, the window, its library and exports
// share. Part of core_reports: no engine, no torch.

#include <string>
#include <string_view>

#include "core/answer/answer_plan.h"
#include "core/answer/answer_report.h"
#include "core/answer/comparison.h"

namespace reelquery {

/// One object on one line; keys in report_fields.h, times in seconds. Text that is not UTF-8 gets
/// U+FFFD; a figure that is not finite becomes null; evidence, same_option and peak_device_bytes
/// are left out where there are none.
std::string reportJson(const AnswerReport& report);

/// An object with `dense` and `xattention` (each as reportJson, and the spread of its times),
/// `agreement`, `speed_up` and the protocol.
std::string comparisonJson(const ComparisonReport& report);

/// What a question would cost, as one object on one line: bytes, tokens, seconds; `forecast` is
/// left out where this machine was not measured, or where it does not fit.
std::string planJson(const Plan& plan);

/// Reads what reportJson wrote, or a comparison's side: equal to the digit. An absent field keeps
/// its default and an unknown one is passed over, so reports of older and newer versions can be
/// read; null is a figure that was not finite and reads as NaN. Throws Error{kUsage} for text that
/// is no JSON object and for a field of the wrong type, naming it ("layers[3].density").
AnswerReport readReport(std::string_view json);

/// Reads what comparisonJson wrote; as readReport.
ComparisonReport readComparison(std::string_view json);

}  // namespace reelquery
