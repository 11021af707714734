#include "core/eval/answer_facts.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <regex>

namespace reelquery {

namespace {

// The vocabulary of tests/longvid_synth/drawing.py.
constexpr const char* kColours = "(?:red|green|blue|yellow|purple|orange|white|black)";
constexpr const char* kShapes = "(?:circle|square|triangle|diamond|star|ring|cross|heart)";
constexpr const char* kDirections = "(?:left|right|up|down)";

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string upperCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string stripped(const std::string& text) {
    constexpr const char* kBlanks = " \t\n\r\f\v";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

std::vector<std::string> wordsMatching(const std::string& text, const std::string& pattern) {
    const std::regex expression("\\b" + pattern + "\\b");
    std::vector<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
        found.push_back(at->str());
    }
    return found;
}

/// The group of a pattern that must match at the start, after anything that is no letter or digit.
std::optional<std::string> leading(const std::string& text, const std::string& pattern) {
    std::smatch match;
    const std::regex expression("\\W*(" + pattern + ")\\b");
    if (!std::regex_search(text, match, expression, std::regex_constants::match_continuous)) {
        return std::nullopt;
    }
    return match[1].str();
}

std::optional<Fact> textFact(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return Fact{*text, std::nullopt};
}

std::optional<Fact> firstOf(const std::vector<std::string>& words) {
    return words.empty() ? std::nullopt : textFact(words.front());
}

/// "1:05", "1:02:03", "00:12.50"; hours, minutes and seconds as groups.
const std::regex& clockPattern() {
    static const std::regex kClock(
        R"(\b(?:(\d{1,2}):(?=\d{1,2}:))?(\d{1,4}):([0-5]\d(?:\.\d{1,3})?)\b)");
    return kClock;
}

/// "12.5 seconds", "12.5-15.5 s": the numbers as groups, the first only where there are two.
const std::regex& secondsPattern() {
    static const std::regex kSeconds(
        "\\b(?:(\\d{1,6}(?:\\.\\d{1,3})?)\\s*(?:-|\xE2\x80\x93|to\\b|and\\b|until\\b)\\s*)?"
        "(\\d{1,6}(?:\\.\\d{1,3})?)[\\s-]*(?:s|secs?|seconds?)\\b",
        std::regex::icase);
    return kSeconds;
}

/// All matches of secondsPattern that do not begin inside another number.
std::vector<std::smatch> secondsIn(const std::string& text) {
    std::vector<std::smatch> found;
    for (std::sregex_iterator at(text.begin(), text.end(), secondsPattern()), end; at != end;
         ++at) {
        const char before = at->position() > 0 ? text[at->position() - 1] : ' ';
        if (before != ':' && before != '.') found.push_back(*at);
    }
    return found;
}

/// Whether the words around a match make a length of it: "for 5 seconds", "5 seconds later".
bool isLength(const std::string& text, const std::smatch& match) {
    static const std::regex kBefore(
        "\\b(?:for|lasts?|lasting|takes?|within|every|first|last|next)\\s+(?:about\\s+|the\\s+)?$",
        std::regex::icase);
    static const std::regex kAfter("\\s*(?:long|later|apart|ago|each)\\b", std::regex::icase);
    constexpr std::ptrdiff_t kFarEnough = 40;  // the longest words before, with blanks to spare
    const auto begin = text.begin() + match.position(), end = begin + match.length();
    const auto from = begin - std::min(match.position(), kFarEnough);
    return std::regex_search(from, begin, kBefore) ||
           std::regex_search(end, text.end(), kAfter, std::regex_constants::match_continuous);
}

/// The number that a group of digits stands for, whatever the locale; 0 where it matched nothing.
double numberOf(const std::ssub_match& digits) {
    const std::string text = digits.str();
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The text with a blank in place of every time.
std::string withoutTimes(const std::string& text) {
    std::string rest = std::regex_replace(text, clockPattern(), " ");
    std::vector<std::smatch> found = secondsIn(rest);
    std::string kept;
    auto at = rest.cbegin();
    for (const std::smatch& match : found) {
        kept.append(at, match[0].first).push_back(' ');
        at = match[0].second;
    }
    return kept.append(at, rest.cend());
}

/// The first number that is not part of a time: an answer may say when each one appears, then
/// count.
std::optional<Fact> countOf(const std::string& text) {
    const std::string lower = withoutTimes(text);
    static const std::map<std::string, std::string> kNumbers = {
        {"one", "1"}, {"two", "2"},   {"three", "3"},  {"four", "4"}, {"five", "5"},
        {"six", "6"}, {"seven", "7"}, {"eight", "8"},  {"nine", "9"}, {"ten", "10"},
        {"no", "0"},  {"none", "0"},  {"nothing", "0"}};
    const std::size_t digit = lower.find_first_of("0123456789");
    if (digit != std::string::npos) {
        std::string number =
            lower.substr(digit, lower.find_first_not_of("0123456789", digit) - digit);
        number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
        return Fact{number, std::nullopt};
    }
    const std::regex word("[a-z]+");
    for (std::sregex_iterator at(lower.begin(), lower.end(), word), end; at != end; ++at) {
        const auto found = kNumbers.find(at->str());
        if (found != kNumbers.end()) return Fact{found->second, std::nullopt};
    }
    return std::nullopt;
}

std::optional<Fact> quotedText(const std::string& answer) {
    const std::size_t open = answer.find('"');
    const std::size_t close = open == std::string::npos ? open : answer.find('"', open + 1);
    if (close == std::string::npos) return std::nullopt;
    return Fact{upperCase(answer.substr(open + 1, close - open - 1)), std::nullopt};
}

/// The last word, where "is" or "was" stands before it.
std::optional<Fact> statedValue(const std::string& lower) {
    static const std::regex kValue("\\b(?:is|was) (\\S+)\\s*$");
    std::smatch found;
    if (!std::regex_search(lower, found, kValue)) return std::nullopt;
    const std::string word = found[1];
    const std::string kAround = "\".,!";
    const std::size_t first = word.find_first_not_of(kAround);
    if (first == std::string::npos) return std::nullopt;
    return Fact{word.substr(first, word.find_last_not_of(kAround) - first + 1), std::nullopt};
}

std::vector<std::string> namedThings(const std::string& lower) {
    return wordsMatching(lower, std::string("(?:") + kColours + " " + kShapes + "|card)");
}

/// Yes or no, or what the answer says of the thing instead.
std::optional<Fact> isShown(const std::string& lower) {
    const std::optional<std::string> word = leading(lower, "yes|no");
    if (word) return textFact(word);
    if (statesAbsence(lower)) return textFact("no");
    static const std::regex kThere("\\b(?:appears|is shown)\\b");
    return std::regex_search(lower, kThere) ? textFact("yes") : std::nullopt;
}

std::optional<Fact> directionOf(const std::string& lower) {
    static const std::regex kStill("\\bstill\\b|\\bnot move");
    if (std::regex_search(lower, kStill)) return Fact{"still", std::nullopt};
    return firstOf(wordsMatching(lower, kDirections));
}

}  // namespace

bool isTimeTask(const std::string& task) {
    return task == "when" || task == "follow_when" || task == "said_when";
}

bool statesAbsence(const std::string& answer) {
    static const std::regex kAbsent("\\bnot (?:shown|there|visible)\\b|\\bnothing\\b");
    return std::regex_search(lowerCase(answer), kAbsent);
}

std::vector<double> statedTimes(const std::string& text) {
    std::map<std::ptrdiff_t, double> found;  // by place
    for (std::sregex_iterator at(text.begin(), text.end(), clockPattern()), end; at != end; ++at) {
        const std::smatch& clock = *at;
        found[clock.position()] =
            3600 * numberOf(clock[1]) + 60 * numberOf(clock[2]) + numberOf(clock[3]);
    }
    for (const std::smatch& match : secondsIn(text)) {
        if (isLength(text, match)) continue;
        for (const std::size_t number : {1, 2}) {
            if (match[number].matched) found[match.position(number)] = numberOf(match[number]);
        }
    }
    std::vector<double> times;
    for (const auto& [place, seconds] : found) times.push_back(seconds);
    return times;
}

std::optional<Fact> statedFact(const std::string& task, const std::string& answer) {
    const std::string lower = lowerCase(answer);
    if (task == "letter") return textFact(leading(lower, "[a-d]"));
    if (task == "count") return countOf(lower);
    if (task == "shown") return isShown(lower);
    if (task == "list" || task == "unknown") return Fact{stripped(answer), std::nullopt};
    if (statesAbsence(answer)) return Fact{"absent", std::nullopt};
    if (task == "colour" || task == "follow_colour") return firstOf(wordsMatching(lower, kColours));
    if (task == "shape") {
        const auto shapes = wordsMatching(lower, kShapes);
        return shapes.empty() ? std::nullopt : textFact(shapes.back());
    }
    if (task == "card") return quotedText(answer);
    if (task == "said") return statedValue(lower);
    if (task == "direction" || task == "follow_direction") return directionOf(lower);
    if (isTimeTask(task)) {
        const std::vector<double> times = statedTimes(answer);
        if (times.empty()) return std::nullopt;
        return Fact{"", times.front()};
    }
    const std::vector<std::string> things = namedThings(lower);
    if (task != "order" || things.empty()) return firstOf(things);
    std::string order;
    for (const std::string& thing : things) order += thing + ", ";
    return Fact{order, std::nullopt};
}

std::vector<ListedEvent> listedEvents(const std::string& answer) {
    std::vector<ListedEvent> events;
    const std::string list = answer.substr(0, answer.find_last_not_of('.') + 1);
    std::size_t begin = 0;
    while (begin <= list.size()) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string part = list.substr(begin, end - begin);
        const std::vector<double> times = statedTimes(part);
        const std::optional<Fact> noun = statedFact("first", part);
        if (!times.empty() && noun) events.push_back({times.front(), noun->text});
        begin = end + 1;
    }
    return events;
}

}  // namespace reelquery
