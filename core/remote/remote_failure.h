#pragma once
// A server's refusals, in the project's error type.

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace reelquery {

/// What a status that is not 200 means; `body` in any of the three shapes that servers write. At
/// most 300 characters of the server's own words are passed on.
Error refusedBy(const std::string& base, int status, std::string_view body);

/// The words of an error in a reply or an event; empty where there are none.
std::string serverWords(std::string_view body);

}  // namespace reelquery
