#pragma once
// For app, whose only door is the session: evidence.

#include "core/answer/evidence.h"  // IWYU pragma: export
