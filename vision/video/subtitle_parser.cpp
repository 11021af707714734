#include "vision/video/subtitle_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace reelquery {

namespace {

using Lines = std::vector<std::string_view>;

constexpr int kMostDigits = 9;
constexpr std::string_view kSpaces = " \t\v\f";

bool isBlank(std::string_view line) {
    return line.find_first_not_of(kSpaces) == line.npos;
}

std::string_view trimmed(std::string_view line) {
    const std::size_t from = line.find_first_not_of(kSpaces);
    if (from == line.npos) return {};
    return line.substr(from, line.find_last_not_of(kSpaces) + 1 - from);
}

/// A number at the front of `text`, taken off it.
std::optional<std::int64_t> takeNumber(std::string_view& text, int& digits) {
    digits = 0;
    while (digits < static_cast<int>(text.size()) &&
           std::isdigit(static_cast<unsigned char>(text[static_cast<std::size_t>(digits)]))) {
        ++digits;
    }
    if (digits == 0 || digits > kMostDigits) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + digits, number);
    text.remove_prefix(static_cast<std::size_t>(digits));
    return number;
}

/// "01:02:03,456", "2:03.5" or "-00:00:01,000" at the front of `text`, taken off it, in seconds.
/// Digits behind the comma count milliseconds, as the players read them: "4,5" is 4.005 s.
std::optional<double> takeClock(std::string_view& text) {
    const bool isNegative = text.starts_with('-');
    if (isNegative) text.remove_prefix(1);
    double seconds = 0;
    int digits = 0;
    for (int part = 0; part < 3; ++part) {
        const auto number = takeNumber(text, digits);
        if (!number) return std::nullopt;
        seconds = seconds * 60 + static_cast<double>(*number);
        if (!text.starts_with(':')) {
            if (part == 0) return std::nullopt;
            break;
        }
        if (part == 2) break;  // "00:00:01:500" is met below
        text.remove_prefix(1);
    }
    if (!text.empty() && (text[0] == ',' || text[0] == '.' || text[0] == ':')) {
        text.remove_prefix(1);
        if (text.starts_with(' ')) text.remove_prefix(1);  // "00:00:01, 500"
        const auto fraction = takeNumber(text, digits);
        if (!fraction) return std::nullopt;
        double unit = 1000;
        for (int extra = 3; extra < digits; ++extra) unit *= 10;
        seconds += static_cast<double>(*fraction) / unit;
    }
    return isNegative ? -seconds : seconds;
}

struct Times {
    double fromS = 0, toS = 0;
};

/// The times of "00:00:01,000 --> 00:00:02,000 whatever"; none where the line is not of this form.
std::optional<Times> timesOf(std::string_view line) {
    line = trimmed(line);
    const auto from = takeClock(line);
    if (!from) return std::nullopt;
    line = trimmed(line);
    constexpr std::string_view kArrow = "-->";
    if (!line.starts_with(kArrow)) return std::nullopt;
    line = trimmed(line.substr(kArrow.size()));
    const auto to = takeClock(line);
    if (!to || (!line.empty() && std::isalnum(static_cast<unsigned char>(line[0])))) {
        return std::nullopt;
    }
    return Times{*from, std::max(*from, *to)};
}

/// An arrow behind what was meant as a time.
bool isBrokenTimeLine(std::string_view line) {
    line = trimmed(line);
    const std::size_t arrow = line.find("-->");
    if (arrow == line.npos || line.empty()) return false;
    const std::string_view before = line.substr(0, arrow);
    return std::isdigit(static_cast<unsigned char>(line[0])) && before.find(':') != before.npos;
}

/// Lines without their ends: \n, \r\n, \r, and the \r\r\n of files that were converted twice.
Lines linesOf(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
        if (text.starts_with("\r\r\n")) {
            text.remove_prefix(3);
        } else if (text.starts_with("\r\n")) {
            text.remove_prefix(2);
        } else if (!text.empty()) {
            text.remove_prefix(1);
        }
    }
    return lines;
}

std::string joined(const Lines& lines, std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t at = from; at < to; ++at) {
        if (at > from) text += '\n';
        text += lines[at];
    }
    return text;
}

std::optional<std::int64_t> counterOf(std::string_view line) {
    line = trimmed(line);
    int digits = 0;
    const auto number = takeNumber(line, digits);
    return number && line.empty() ? number : std::nullopt;
}

/// Where the text of a cue ends whose lines reach to the next time line: before that one's
/// counter. A counter with blank lines behind it must be the one that is due, since a text may
/// well end in a number.
std::size_t textEnd(const Lines& lines, std::size_t from, std::size_t timeLine,
                    std::int64_t dueCounter) {
    std::size_t end = timeLine;
    while (end > from && isBlank(lines[end - 1])) --end;
    if (end == from) return end;
    const auto counter = counterOf(lines[end - 1]);
    const bool isCounter = counter && (end == timeLine || *counter == dueCounter);
    return isCounter ? end - 1 : end;
}

ParsedSubtitles parseSubRip(const Lines& lines) {
    ParsedSubtitles parsed;
    std::optional<Times> open;  // of the cue whose text is being passed
    std::size_t textFrom = 0;
    std::int64_t passed = 0;
    const auto close = [&](std::size_t timeLine) {
        if (!open) return;
        const std::size_t end =
            timeLine == lines.size() ? timeLine : textEnd(lines, textFrom, timeLine, passed + 1);
        ShownLines shown = linesOfSubRip(joined(lines, textFrom, end));
        if (!shown.empty()) parsed.cues.push_back({open->fromS, open->toS, std::move(shown)});
        open.reset();
    };
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const auto times = timesOf(lines[at]);
        const bool isBroken = !times && isBrokenTimeLine(lines[at]);
        if (!times && !isBroken) continue;
        close(at);
        parsed.unreadable += isBroken;
        open = times;
        textFrom = at + 1;
        ++passed;
    }
    close(lines.size());
    return parsed;
}

/// One block of a WebVTT file, blank lines around it: a cue, a note, a style, a region.
void parseBlock(const Lines& lines, std::size_t from, std::size_t to, ParsedSubtitles& parsed) {
    std::size_t timeLine = from;
    std::optional<Times> times;
    while (timeLine < to && !(times = timesOf(lines[timeLine]))) {
        if (isBrokenTimeLine(lines[timeLine])) {
            ++parsed.unreadable;
            return;
        }
        ++timeLine;
    }
    if (!times) return;
    ShownLines shown = linesOfWebVtt(joined(lines, timeLine + 1, to));
    if (!shown.empty()) parsed.cues.push_back({times->fromS, times->toS, std::move(shown)});
}

ParsedSubtitles parseWebVtt(const Lines& lines) {
    ParsedSubtitles parsed;
    std::size_t from = 1;
    // What stands below the first line is a header.
    while (from < lines.size() && !lines[from].empty() && !timesOf(lines[from])) ++from;
    while (from < lines.size()) {
        if (lines[from].empty()) {
            ++from;
            continue;
        }
        // A line of spaces is part of its cue; a new time line begins another, blank or not.
        std::size_t to = from + 1;
        bool hasTimes = timesOf(lines[from]).has_value();
        while (to < lines.size() && !lines[to].empty()) {
            const bool isTimeLine = timesOf(lines[to]).has_value();
            if (isTimeLine && hasTimes) break;
            hasTimes = hasTimes || isTimeLine;
            ++to;
        }
        parseBlock(lines, from, to, parsed);
        from = to;
    }
    return parsed;
}

}  // namespace

bool isWebVtt(std::string_view text) {
    constexpr std::string_view kName = "WEBVTT";
    if (!text.starts_with(kName)) return false;
    return text.size() == kName.size() || text[kName.size()] == ' ' || text[kName.size()] == '\t' ||
           text[kName.size()] == '\n' || text[kName.size()] == '\r';
}

ParsedSubtitles parseSubtitles(std::string_view text) {
    const Lines lines = linesOf(text);
    return isWebVtt(text) ? parseWebVtt(lines) : parseSubRip(lines);
}

}  // namespace reelquery
