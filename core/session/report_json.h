#pragma once
// Reports as JSON: the one spelling that the command line, the window and exports share.

#include <string>
#include <vector>

#include "core/base/run_options.h"
#include "core/session/answer_report.h"
#include "core/session/comparison.h"

namespace reelquery {

/// One object on one line; keys as README.md lists them, times in seconds. Text that is not UTF-8
/// gets U+FFFD. zoomedInto: the stretches of a closer look, as key `zoomed_into` ([[from_s, to_s],
/// ...]), which other answers lack.
std::string reportJson(const AnswerReport& report, const std::vector<TimeRange>& zoomedInto = {});

/// An object with `dense` and `xattention` (each as reportJson, and the spread of its times),
/// `agreement`, `speed_up` and the protocol.
std::string comparisonJson(const ComparisonReport& report);

}  // namespace reelquery
