#include "core/base/picture_folder.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/environment.h"

namespace reelquery {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

char lowLetter(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The run of digits at the text's beginning, without zeros in front; it is taken off the text.
std::string_view takeNumber(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && isDigit(text[end])) ++end;
    std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

}  // namespace

bool isPictureName(const std::filesystem::path& file) {
    static constexpr std::array<std::string_view, 9> kEndings = {
        ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic"};
    const std::string ending = lowered(file.extension().string());
    return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

bool comesNaturallyBefore(std::string_view one, std::string_view other) {
    std::string_view a = one, b = other;
    while (!a.empty() && !b.empty()) {
        if (isDigit(a[0]) && isDigit(b[0])) {
            const std::string_view first = takeNumber(a), second = takeNumber(b);
            if (first.size() != second.size()) return first.size() < second.size();
            if (first != second) return first < second;
            continue;
        }
        const char first = lowLetter(a[0]), second = lowLetter(b[0]);
        if (first != second) {
            return static_cast<unsigned char>(first) < static_cast<unsigned char>(second);
        }
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (a.empty() != b.empty()) return a.empty();
    return one < other;
}

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> pictures;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const std::filesystem::path& file = at->path();
        std::error_code ignored;
        if (isPictureName(file) && file.filename().string()[0] != '.' &&
            at->is_regular_file(ignored)) {
            pictures.push_back(file);
        }
    }
    std::sort(pictures.begin(), pictures.end(), [](const auto& one, const auto& other) {
        return comesNaturallyBefore(one.filename().string(), other.filename().string());
    });
    return pictures;
}

}  // namespace reelquery
