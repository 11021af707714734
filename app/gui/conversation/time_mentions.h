#pragma once
// Times that an answer names, and whether the model saw a frame there.

#include <QString>
#include <optional>
#include <vector>

namespace reelquery {

/// One time in a text: "3:12", "[1:02:03]", "12.3 s", "<12.5 seconds>", "1分5秒".
struct TimeMention {
    qsizetype start = 0, length = 0;  ///< in the text, brackets included
    double fromS = 0, toS = 0;        ///< the instant as written covers [fromS, toS)
    bool mayBeTimeOfDay = false;      ///< "14:30 Uhr": where no frame is near it says nothing
};

/// All moments that a text names, in order, in English, German and Chinese: clocks ("1:05"),
/// numbers with units where the words around them make a moment of them (see judgeTime), and both
/// ends of ranges ("from 5 to 10 seconds"). A ratio such as "16:9" or a score such as "3:2" is not
/// a time: seconds have two digits.
std::vector<TimeMention> findTimes(const QString& text);

/// The frame a mention can mean: the nearest sampled time, no further away than half the largest
/// gap between neighbouring frames around it, and at least half a second. Empty where the model
/// saw nothing near. timesS: ascending.
std::optional<double> nearestSampled(const TimeMention& mention, const std::vector<double>& timesS);

}  // namespace reelquery
