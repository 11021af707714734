#pragma once
// Sorts dropped, pasted and given paths into what can be done with them.

#include <QStringList>

class QMimeData;
class QUrl;

namespace reelquery {

/// As many videos of a folder, or given together, as are listed.
inline constexpr int kMostInFolder = 500;

struct MediaFiles {
    QStringList videos, subtitles;
    QStringList folders;  ///< that hold no video
    QStringList others;   ///< neither by their name nor, once looked at, by their content

    bool isEmpty() const { return videos.isEmpty() && subtitles.isEmpty() && folders.isEmpty(); }
};

/// Paths of local files of a drop or a clipboard. Addresses of other machines are left out.
QStringList pathsOf(const QMimeData& data);
/// The same of addresses: names keep bytes that are no UTF-8, as toQString does.
QStringList pathsOf(const QList<QUrl>& urls);

/// By suffix alone: folders, and files without a known suffix, are among the others.
MediaFiles sortByName(const QStringList& paths);

/// A file without a known suffix is a video when its content says so; a folder stands for its
/// videos, by name, without those of its subfolders. Thread: any; reads the files.
MediaFiles sortByContent(const QStringList& paths);

/// True for the kinds of subtitles the engine can read.
bool isReadableSubtitle(const QString& path);

/// What a drop will do, for the user: "Open “a.mp4”". files: sorted by name.
QString dropText(const MediaFiles& files);

/// For file dialogs.
QString videoFilter();

}  // namespace reelquery
