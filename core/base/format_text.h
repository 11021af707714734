#pragma once
// printf's patterns, into a string.

#include <cstdint>
#include <cstdio>
#include <string>

namespace reelquery {

/// The text of `pattern` with `args`, as std::snprintf writes it, however long. Thread: any.
template <class... Args>
std::string formatText(const char* pattern, Args... args) {
    std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, pattern, args...)), '\0');
    std::snprintf(text.data(), text.size() + 1, pattern, args...);
    return text;
}

/// "4.49 GiB".
inline std::string gibText(std::int64_t bytes) {
    return formatText("%.2f GiB", static_cast<double>(bytes) / (1 << 30));
}

}  // namespace reelquery
