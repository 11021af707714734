#pragma once
// Catch2 3 by the names of Catch2 2, which Debian 12 has; later distributions have only this one.

#include <catch2/catch_all.hpp>

namespace Catch {

using TestEventListenerBase = EventListenerBase;
using Matchers::StartsWith;

inline Matchers::StringContainsMatcher Contains(const std::string& part) {
    return Matchers::ContainsSubstring(part);
}

namespace Matchers {
// The one of 3 takes ranges; a text is meant here. Better than its template for what is no string,
// too.
inline StringContainsMatcher Contains(const std::string& part) {
    return ContainsSubstring(part);
}

inline StringContainsMatcher Contains(const char* part) {
    return ContainsSubstring(part);
}
}  // namespace Matchers

}  // namespace Catch

using Catch::Approx;
