#pragma once
// Guards the JSON library, whose copies and dumps call themselves once for every level.

#include <string_view>

namespace reelquery {

/// More levels than any file of a model, a report or a suite has; a stack takes thousands.
inline constexpr int kDeepestJson = 200;

/// Whether brackets outside of strings nest deeper than `most`. Text that is no JSON gets some
/// answer; the parser says what is wrong with it. Ask before parsing what a stranger wrote.
bool nestsDeeperThan(std::string_view json, int most = kDeepestJson);

}  // namespace reelquery
