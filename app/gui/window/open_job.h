#pragma once
// One opening of a video, from the wish to its one result.

#include <QByteArray>
#include <QString>
#include <optional>
#include <utility>

#include "core/session/events.h"

namespace reelquery {

/// What the disk says of a file, read off the GUI thread.
struct FileLook {
    bool exists = false;
    QByteArray hash;               ///< see contentId; empty where the file cannot be read
    bool hasSubtitleFile = false;  ///< the one the conversation was last asked with
};

/// Looks at a video and at the subtitle file that belongs to it, if any. Thread: any; may wait for
/// the disk.
FileLook lookAt(const QString& video, const QString& subtitleFile);

/// Whether a library's hash is a contentId. Libraries of earlier versions hold hashes of other
/// pieces, which are replaced when the conversation is opened beside its video; until then they
/// cannot contradict the file.
bool isContentId(const QByteArray& hash);

/// What is being opened: a value that is made once. What came of it so far is beside it.
struct OpenJob {
    QString path;
    QString subtitles;     ///< given together with the video; empty: none
    QString conversation;  ///< the id of the one it is for; empty: a new one
    int videoTrack = 0;    ///< as in AskRequest

    std::optional<FileLook> look = {};
    std::optional<VideoSummary> summary = {};
    /// Why the engine could not open it, and what helps: kept until the disk has been looked at.
    std::optional<std::pair<QString, QString>> failure = {};
};

}  // namespace reelquery
