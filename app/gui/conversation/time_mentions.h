#pragma once
// Times that an answer names, and whether the model saw a frame there.

#include <QString>
#include <optional>
#include <vector>

namespace reelquery {

/// One time in a text: "3:12", "[1:02:03]", "12.3 s", "75 seconds".
struct TimeMention {
    qsizetype start = 0, length = 0;  ///< in the text, brackets included
    double fromS = 0, toS = 0;        ///< the instant as written covers [fromS, toS)
};

/// All times in a text, in order. A ratio such as "16:9" or a score such as "3:2" is not a time:
/// seconds have two digits.
std::vector<TimeMention> findTimes(const QString& text);

/// The frame a mention can mean: the nearest sampled time, no further away than half the largest
/// gap between neighbouring frames around it, and at least half a second. Empty where the model
/// saw nothing near. timesS: ascending.
std::optional<double> nearestSampled(const TimeMention& mention, const std::vector<double>& timesS);

}  // namespace reelquery
