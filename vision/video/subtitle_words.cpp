#include "vision/video/subtitle_words.h"

#include <cctype>
#include <cstdint>

namespace reelquery {

namespace {

constexpr int kFieldsBeforeText = 8;

/// What an override block says about drawing: "\p1" starts one, "\p0" ends it, "\pos" is neither.
bool drawsAfter(std::string_view block, bool draws) {
    for (std::size_t at = block.find("\\p"); at != std::string_view::npos;
         at = block.find("\\p", at + 1)) {
        if (at + 2 < block.size() && std::isdigit(static_cast<unsigned char>(block[at + 2]))) {
            draws = block[at + 2] != '0';
        }
    }
    return draws;
}

/// Bytes of the UTF-8 character at the start of `bytes`; 0 where there is none.
std::size_t characterLength(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (byte(0) < 0x80) return 1;
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || bytes.size() < length) return 0;
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80) return 0;
    }
    const bool overlong =
        (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
    const bool isSurrogate = byte(0) == 0xED && byte(1) >= 0xA0;
    const bool isTooLarge = byte(0) == 0xF4 && byte(1) >= 0x90;
    return overlong || isSurrogate || isTooLarge ? 0 : length;
}

}  // namespace

std::string wordsOfDialogue(std::string_view line) {
    for (int field = 0; field < kFieldsBeforeText; ++field) {
        const std::size_t comma = line.find(',');
        if (comma == std::string_view::npos) return {};
        line.remove_prefix(comma + 1);
    }
    std::string words;
    bool draws = false, wantsSpace = false;
    const auto add = [&](char c) {
        if (draws) return;
        if (std::isspace(static_cast<unsigned char>(c))) {
            wantsSpace = !words.empty();
            return;
        }
        if (wantsSpace) words += ' ';
        wantsSpace = false;
        words += c;
    };
    while (!line.empty()) {
        if (const std::size_t end = line.find('}'); line[0] == '{' && end != line.npos) {
            draws = drawsAfter(line.substr(0, end), draws);
            line.remove_prefix(end + 1);
        } else if (line[0] == '\\' && line.size() > 1 &&
                   (line[1] == 'N' || line[1] == 'n' || line[1] == 'h')) {
            add(' ');
            line.remove_prefix(2);
        } else {
            add(line[0]);
            line.remove_prefix(1);
        }
    }
    return words;
}

bool isUtf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t length = characterLength(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

}  // namespace reelquery
