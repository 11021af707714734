#pragma once
// The process's environment and plain text from outside it.

#include <cstdlib>
#include <string>

namespace reelquery {

/// The variable's value, empty where it is not set. Thread: any, as the program never writes its
/// environment.
inline std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes it
    return value ? value : "";
}

/// A to Z as a to z, all else as it is, whatever the locale.
inline std::string lowered(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace reelquery
