#pragma once
// Whether the words around a number make it a moment of the video or a length of time.

#include <QString>

namespace reelquery {

/// How a candidate is written.
enum class TimeForm {
    kClock,    ///< "1:05": a moment unless the words say otherwise
    kUnits,    ///< "65 s", "5 seconds", "5秒": a moment only where the words say so
    kCompound  ///< "1分5秒", "1m05s", "1 min 5 s": as a clock
};

/// What stands around a candidate.
struct TimeContext {
    QString before, after;  ///< of its line, the nearest words are enough; not trimmed
    TimeForm form = TimeForm::kUnits;
    bool isRange = false;  ///< the first of several, "4.4 - 11.5 seconds"; after: behind those
    bool hasFraction = false;
    bool isHyphened = false;  ///< "65-second"
};

enum class TimeVerdict {
    kMoment,
    kMaybeTimeOfDay,  ///< "14:30 Uhr": a moment if the video is that long
    kNone             ///< a length of time, a score, a time of day
};

/// English, German and Chinese. "The dog barks for 5 seconds" is a length, "at 5 seconds" a moment.
TimeVerdict judgeTime(const TimeContext& context);

}  // namespace reelquery
