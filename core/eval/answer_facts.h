#pragma once
// What a plain-English answer of longvid-synth states. The same rules as
// tests/longvid_synth/scoring.py; tests/longvid_synth/scoring_cases.json holds both to them.

#include <optional>
#include <string>
#include <vector>

namespace reelquery {

/// Whether the fact of an answer to `task` is a time.
bool isTimeTask(const std::string& task);

/// The fact of an answer: a time for "when" questions, a text for all others.
struct Fact {
    std::string text;
    std::optional<double> timeS;

    bool operator==(const Fact&) const = default;
};

/// The fact an answer to a question of this task states; nothing where it states none. Letters
/// outside ASCII separate words.
std::optional<Fact> statedFact(const std::string& task, const std::string& answer);

/// True for "not shown", "nothing appears" and the like.
bool statesAbsence(const std::string& answer);

/// Every moment that a text names, in seconds and in order: "1:05", "00:12.50", "12.5 seconds",
/// "<12.5 seconds>", both of "12.5-15.5 s"; lengths such as "for 5 seconds" are none.
std::vector<double> statedTimes(const std::string& text);

/// One item of a list of events: "1:05 orange star".
struct ListedEvent {
    double timeS = 0;
    std::string noun;

    bool operator==(const ListedEvent&) const = default;
};

/// The items of a list; parts without a time or a noun are left out.
std::vector<ListedEvent> listedEvents(const std::string& answer);

}  // namespace reelquery
