#pragma once
// Right or wrong: longvid-synth by the facts of an answer, public sets by their own letter rules.

#include <optional>
#include <string>

namespace reelquery {

/// How an answer is held against the truth.
enum class ScoringRule {
    kFacts,           ///< longvid-synth: by task, times within a tolerance
    kVnBench,         ///< the text before the first full stop; A before B before C before D
    kVideoMme,        ///< the first capital A to D after stock phrases
    kLongVideoBench,  ///< the first capital A to E after stock phrases; none: a drawn letter
    kMlvu,            ///< what stands before the first ")" or "."
    kReferences       ///< by each question's own metric, graded from 0 to 1
};

/// Whether an answer states the truth's fact; times may be off by `toleranceS`. A list is right
/// only with an F1 of 1.
bool statesTruth(const std::string& task, const std::string& answer, const std::string& truth,
                 double toleranceS);

/// F1 of a list of "m:ss noun" items: an item counts once, with its time within the tolerance.
double listF1(const std::string& answer, const std::string& truth, double toleranceS);

/// The option letter a public set's own scoring reads from an answer; nothing where it reads none.
/// `options`: how many there are (2 to 26). `id` decides the letter drawn by kLongVideoBench, so
/// that the same answer always scores the same.
std::optional<char> readLetter(ScoringRule rule, const std::string& answer, int options,
                               const std::string& id);

}  // namespace reelquery
