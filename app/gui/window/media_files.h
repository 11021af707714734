#pragma once
// Sorts dropped, pasted and given paths into what can be done with them.

#include <QStringList>

class QMimeData;

namespace reelquery {

struct MediaFiles {
    QStringList videos, subtitles, folders;

    bool isEmpty() const { return videos.isEmpty() && subtitles.isEmpty() && folders.isEmpty(); }
};

/// Local files of a drop or a clipboard, by suffix; a file without a known suffix is a video when
/// its content says so. Addresses of other machines are left out.
MediaFiles mediaFilesOf(const QMimeData& data);

MediaFiles mediaFilesOf(const QStringList& paths);

/// The videos of a folder, by name; its subfolders are left alone. At most 500.
QStringList videosIn(const QString& folder);

/// True for the kinds of subtitles the engine can read.
bool isReadableSubtitle(const QString& path);

/// What a drop will do, for the user: "Open “a.mp4”".
QString dropText(const MediaFiles& files);

/// For file dialogs.
QString videoFilter();

}  // namespace reelquery
