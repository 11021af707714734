#include "vision/video/charset_converter.h"

#include <array>
#include <cerrno>

namespace reelquery {

CharsetConverter::~CharsetConverter() {
    if (isKnown()) iconv_close(handle_);
}

std::string CharsetConverter::convert(std::string_view bytes, int& strangeBytes) {
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string text;
    std::array<char, 4096> some;
    auto* in = const_cast<char*>(bytes.data());  // iconv's signature; nothing is written
    std::size_t left = bytes.size();
    while (left > 0) {
        char* out = some.data();
        std::size_t room = some.size();
        const bool isDone = iconv(handle_, &in, &left, &out, &room) != std::size_t(-1);
        const int problem = errno;
        text.append(some.data(), some.size() - room);
        if (isDone) break;
        if (problem == E2BIG) continue;
        text += kUnknownCharacter;
        ++strangeBytes;
        ++in;
        --left;
    }
    return text;
}

std::string fromWindows1252(std::string_view bytes) {
    constexpr std::array<char16_t, 32> kFrom80 = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        const unsigned code = byte >= 0x80 && byte < 0xA0 ? kFrom80[byte - 0x80U] : byte;
        if (code < 0x80) {
            text += c;
        } else if (code < 0x800) {
            text += static_cast<char>(0xC0 | (code >> 6));
            text += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            text += static_cast<char>(0xE0 | (code >> 12));
            text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
            text += static_cast<char>(0x80 | (code & 0x3F));
        }
    }
    return text;
}

}  // namespace reelquery
