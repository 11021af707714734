#include "vision/video/subtitle_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "vision/video/character_references.h"

namespace reelquery {

namespace {

constexpr int kFieldsBeforeText = 8;
/// No tag or block is longer. Without a limit a text of opening brackets alone would be searched
/// through again for each of them.
constexpr std::size_t kLongestMarkup = 1024;

bool isDigit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool isLetter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// Bytes of white space or of a character without width at the start of `text`: 0 for none.
std::size_t blankLength(std::string_view text) {
    constexpr std::array<std::string_view, 4> kBlanks = {"\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf",
                                                         "\xe3\x80\x80"};  // U+00A0 200B FEFF 3000
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte <= 0x20 || byte == 0x7f) return 1;
    for (const std::string_view blank : kBlanks) {
        if (text.starts_with(blank)) return blank.size();
    }
    return 0;
}

/// The line with runs of white space and control characters as one space, none at its ends.
std::string tidy(std::string_view line) {
    std::string words;
    bool wantsSpace = false;
    while (!line.empty()) {
        if (const std::size_t blank = blankLength(line); blank > 0) {
            wantsSpace = !words.empty();
            line.remove_prefix(blank);
            continue;
        }
        if (wantsSpace) words += ' ';
        wantsSpace = false;
        words += line[0];
        line.remove_prefix(1);
    }
    return words;
}

/// What an override block says about drawing: "\p1" starts one, "\p0" ends it, "\pos" is neither.
bool drawsAfter(std::string_view block, bool draws) {
    for (std::size_t at = block.find("\\p"); at != std::string_view::npos;
         at = block.find("\\p", at + 1)) {
        if (at + 2 < block.size() && isDigit(block[at + 2])) draws = block[at + 2] != '0';
    }
    return draws;
}

/// A tag that SubRip files use, not merely something in angle brackets. `inner`: between those.
bool isKnownTag(std::string_view inner) {
    constexpr std::array<std::string_view, 17> kTags = {
        "b", "big", "br",   "c", "center", "em",     "font", "i", "lang",
        "p", "rt",  "ruby", "s", "span",   "strong", "u",    "v"};
    if (inner.starts_with('/')) inner.remove_prefix(1);
    std::string name;
    for (const char c : inner) {
        if (!isLetter(c)) break;
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const char next = name.size() < inner.size() ? inner[name.size()] : '>';
    const bool isWhole = next == '>' || next == '/' || next == '.' || next == '=' ||
                         std::isspace(static_cast<unsigned char>(next));
    return isWhole && std::find(kTags.begin(), kTags.end(), name) != kTags.end();
}

/// Bytes of markup at the start of SubRip text: 0 for none. `breaks`: it ends the line.
std::size_t subRipMarkup(std::string_view text, bool& breaks) {
    breaks = text.starts_with("\\N");
    if (breaks) return 2;
    if (text[0] == '{') {
        const bool isBlock =
            text.starts_with("{\\") || (text.size() > 2 && isLetter(text[1]) && text[2] == ':');
        const std::size_t end = text.substr(0, kLongestMarkup).find('}');
        return isBlock && end != text.npos ? end + 1 : 0;
    }
    if (text[0] != '<') return 0;
    const std::size_t end = text.find_first_of("<>", 1);
    if (end == text.npos || text[end] != '>') return 0;
    const std::string_view inner = text.substr(1, end - 1);
    if (!isKnownTag(inner)) return 0;
    breaks = inner.size() >= 2 && (inner.starts_with("br") || inner.starts_with("BR"));
    return end + 1;
}

/// Bytes of a WebVTT tag at the start of `text`: 0 for a bracket that starts none.
std::size_t webVttTag(std::string_view text) {
    if (text[0] != '<' || text.size() < 2) return 0;
    const char next = text[1];
    const bool isTag = isLetter(next) || isDigit(next) || next == '/' || next == '.' || next == '>';
    const std::size_t end = text.substr(0, kLongestMarkup).find('>');
    return isTag && end != text.npos ? end + 1 : 0;
}

}  // namespace

ShownLines linesOfPlainText(std::string_view text) {
    ShownLines lines;
    while (true) {
        const std::size_t end = text.find('\n');
        std::string line = tidy(text.substr(0, end));
        if (!line.empty()) lines.push_back(std::move(line));
        if (end == text.npos) return lines;
        text.remove_prefix(end + 1);
    }
}

ShownLines linesOfSubRip(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        bool breaks = false;
        const std::size_t markup = subRipMarkup(text, breaks);
        if (breaks) plain += '\n';
        if (markup == 0) plain += text[0];
        text.remove_prefix(std::max<std::size_t>(markup, 1));
    }
    return linesOfPlainText(resolveReferences(plain));
}

ShownLines linesOfWebVtt(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const std::size_t tag = webVttTag(text);
        if (tag == 0) plain += text[0];
        text.remove_prefix(std::max<std::size_t>(tag, 1));
    }
    return linesOfPlainText(resolveReferences(plain));
}

ShownLines linesOfDialogue(std::string_view event) {
    for (int field = 0; field < kFieldsBeforeText; ++field) {
        const std::size_t comma = event.find(',');
        if (comma == std::string_view::npos) return {};
        event.remove_prefix(comma + 1);
    }
    std::string plain;
    bool draws = false;
    const auto add = [&](char c) {
        if (!draws) plain += c;
    };
    while (!event.empty()) {
        const char next = event.size() > 1 ? event[1] : '\0';
        if (const std::size_t end =
                event[0] == '{' ? event.substr(0, kLongestMarkup).find('}') : event.npos;
            end != event.npos) {
            draws = drawsAfter(event.substr(0, end), draws);
            event.remove_prefix(end + 1);
        } else if (event[0] == '\\' && (next == 'N' || next == 'n' || next == 'h')) {
            add(next == 'h' ? ' ' : '\n');
            event.remove_prefix(2);
        } else if (event[0] == '\\' && (next == '{' || next == '}')) {
            add(next);
            event.remove_prefix(2);
        } else {
            add(event[0]);
            event.remove_prefix(1);
        }
    }
    return linesOfPlainText(plain);
}

}  // namespace reelquery
