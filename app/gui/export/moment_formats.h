#pragma once
// Moments in the formats of players and editors.

#include <QByteArray>
#include <QString>
#include <vector>

#include "app/gui/export/named_moments.h"
#include "app/gui/player/played_parts.h"

namespace reelquery {

/// Chapters of the whole film, what is shown over the picture, or the stretches put end to end.
enum class MomentFormat {
    kFfmetadata,   ///< chapters for the ffmpeg command
    kMatroskaXml,  ///< chapters for mkvmerge and MKVToolNix
    kOgmText,      ///< chapters as CHAPTER01=..., for mkvmerge, MP4Box and others
    kWebVtt,       ///< for browsers and players
    kSubRip,       ///< the same as .srt
    kCmx3600,      ///< cut list of editors
    kMpvEdl,       ///< cut list that mpv plays
    kXspf,         ///< playlist of VLC
    kCount
};

/// What the formats must know of the film.
struct MomentFilm {
    QString path;          ///< absolute; in files of players only, who must find it
    QString name;          ///< as it is called
    double durationS = 0;  ///< 0 where it is not known
    double fps = 0;        ///< of its pictures, on average; 0 where it is not known
    bool hasAudio = false;
    double ownStartS = 0;  ///< what the file itself calls 0 seconds; mpv's cut lists do
    std::vector<PlayedPart> parts = {};  ///< where mpv plays the film as several
};

/// ".xml" without the dot; "mpv.edl".
QString suffixOf(MomentFormat format);

/// Whether the file holds the film's path.
bool namesPath(MomentFormat format);

/// Frames a second that a cut list counts in: the usual rate that `fps` is nearly, else the nearest
/// whole one, at most 60, as frames have two digits; 25 where it is not known.
double countedRate(double fps);

/// "01:02:03:04" of a frame at a rate: without dropped numbers, a rate of 29.97 counts to 30; a day
/// begins at 0 again.
QString timecode(qint64 frame, double rate);

/// The file's bytes: UTF-8, what each format gives a meaning of its own escaped. `folder`: where
/// the file will lie, so that a film beside it is found wherever both are moved. moments: in order
/// of time. Pure.
QByteArray momentsAs(MomentFormat format, const std::vector<NamedMoment>& moments,
                     const MomentFilm& film, const QString& folder);

}  // namespace reelquery
