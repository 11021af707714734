#pragma once
// For app, whose only door is the session: the report of an answer.

#include "core/answer/answer_report.h"  // IWYU pragma: export
