#pragma once
// For app, whose only door is the session: the report of a comparison.

#include "core/answer/comparison.h"  // IWYU pragma: export
