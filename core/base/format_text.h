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

/// "144 KiB", "1.5 MiB", "4.49 GiB": in the largest unit of which it is one or more.
inline std::string sizeText(std::int64_t bytes) {
    const auto number = static_cast<double>(bytes);
    if (bytes >= 1 << 30) return formatText("%.2f GiB", number / (1 << 30));
    if (bytes >= 1 << 20) return formatText("%.4g MiB", number / (1 << 20));
    return formatText("%.4g KiB", number / (1 << 10));
}

/// "4.49 GiB".
inline std::string gibText(std::int64_t bytes) {
    return formatText("%.2f GiB", static_cast<double>(bytes) / (1 << 30));
}

}  // namespace reelquery
