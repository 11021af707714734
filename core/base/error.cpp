#include "core/base/error.h"

#include <utility>

namespace reelquery {

namespace {

/// Messages name what a file holds, and a file may hold anything: lines, escapes of a terminal,
/// megabytes.
std::string oneLine(std::string text) {
    constexpr std::size_t kLongest = 1000;
    if (text.size() > kLongest) {
        std::size_t keep = kLongest;
        while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0) == 0x80) --keep;
        text = text.substr(0, keep) + "...";  // never cuts a UTF-8 character
    }
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return text;
}

}  // namespace

Error::Error(ErrorCode code, std::string message, std::string hint)
    : code_(code),
      message_(oneLine(std::move(message))),
      hint_(oneLine(std::move(hint))),
      line_(hint_.empty() ? message_ : message_ + " (" + hint_ + ")") {}

void failedEnsure(const char* condition, const char* file, int line, const std::string& why) {
    throw Error(ErrorCode::kInternal,
                "internal error: " + why + " [" + condition + " at " + file + ":" +
                    std::to_string(line) + "]",
                "please report this");
}

}  // namespace reelquery
