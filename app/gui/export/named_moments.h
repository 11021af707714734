#pragma once
// The moments of answers with words for each: what chapters, cut lists and playlists are made of.

#include <QString>
#include <vector>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// A time, or a stretch where toS is behind fromS. Seconds from the film's start.
struct NamedMoment {
    double fromS = 0, toS = 0;
    QString title;        ///< one line, without marks of Markdown
    bool isNamed = true;  ///< by the answer; else only where the model looked
    QString answer;       ///< which of several answers says so: "Dense"; may be empty
};

/// Text that any format can hold in a line, cut where it is very long.
QString oneLine(const QString& text);

/// The times that an exchange's answers name, as they name them, where the model saw or read
/// something near; both ends of "1:20 – 1:35" are one stretch. An answer that names none gives the
/// moments that the model looked at. In order of time; what two answers say alike is there once.
std::vector<NamedMoment> namedMoments(const Exchange& exchange);

/// Moments with an end, none before its beginning or behind the film's end. One without lasts up to
/// the next, at most five seconds. durationS: 0 where it is not known.
std::vector<NamedMoment> withEnds(std::vector<NamedMoment> moments, double durationS);

}  // namespace reelquery
