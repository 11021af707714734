#include "app/gui/window/media_files.h"
#include "app/gui/look/format.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QMimeData>
#include <QMimeDatabase>
#include <QUrl>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/base/picture_folder.h"

namespace reelquery {

namespace {

const QStringList& videoSuffixes() {
    static const QStringList suffixes{
        QStringLiteral("mp4"),  QStringLiteral("mkv"),  QStringLiteral("webm"),
        QStringLiteral("mov"),  QStringLiteral("avi"),  QStringLiteral("m4v"),
        QStringLiteral("mpg"),  QStringLiteral("mpeg"), QStringLiteral("ts"),
        QStringLiteral("m2ts"), QStringLiteral("wmv"),  QStringLiteral("flv"),
        QStringLiteral("ogv"),  QStringLiteral("3gp"),  QStringLiteral("mxf"),
        QStringLiteral("mts"),  QStringLiteral("gif")};
    return suffixes;
}

bool isSubtitle(const QString& suffix) {
    return suffix == QLatin1String("srt") || suffix == QLatin1String("vtt") ||
           suffix == QLatin1String("ass");
}

bool isVideoByName(const QString& suffix) {
    return videoSuffixes().contains(suffix);
}

QString suffixOf(const QString& path) {
    return QFileInfo(path).suffix().toLower();  // looks at the letters only
}

bool isVideoByContent(const QString& path) {
    constexpr std::size_t kLooked = 16384;  // as much as the database looks at
    std::ifstream file(toPath(path), std::ios::binary);
    QByteArray head(qsizetype(kLooked), '\0');
    file.read(head.data(), std::streamsize(kLooked));
    head.resize(qsizetype(file.gcount()));
    if (head.isEmpty()) return false;
    const QString type = QMimeDatabase().mimeTypeForData(head).name();
    return type.startsWith(QLatin1String("video/")) || type.startsWith(QLatin1String("image/"));
}

/// Also those whose names are no UTF-8, which QDir leaves out.
QStringList videosIn(const QString& folder) {
    QStringList videos;
    std::error_code unreadable;
    using Entries = std::filesystem::directory_iterator;
    for (Entries at(toPath(folder), unreadable); !unreadable && at != Entries();
         at.increment(unreadable)) {
        const QString path = toQString(at->path());
        const bool isHidden = at->path().filename().string().front() == '.';
        std::error_code unknown;
        if (!isHidden && isVideoByName(suffixOf(path)) && at->is_regular_file(unknown))
            videos.append(path);
    }
    std::sort(videos.begin(), videos.end(), [](const QString& a, const QString& b) {
        return a.compare(b, Qt::CaseInsensitive) < 0;
    });
    return videos.mid(0, kMostInFolder);
}

/// The file of an address, with the bytes of its name.
QString pathOf(const QUrl& url) {
    if (!url.host().isEmpty()) return url.toLocalFile();
    const QByteArray bytes = QByteArray::fromPercentEncoding(url.path(QUrl::FullyEncoded).toUtf8());
    return toQString(std::filesystem::path(bytes.toStdString()));
}

QString say(const char* text, int count = -1) {
    return QCoreApplication::translate("Drop", text, nullptr, count);
}

}  // namespace

MediaFiles sortByName(const QStringList& paths) {
    MediaFiles files;
    for (const QString& path : paths) {
        const QString suffix = suffixOf(path);
        if (isSubtitle(suffix)) {
            files.subtitles.append(absolutePath(path));
        } else if (isVideoByName(suffix)) {
            files.videos.append(absolutePath(path));
        } else {
            files.others.append(absolutePath(path));
        }
    }
    return files;
}

MediaFiles sortByContent(const QStringList& paths) {
    MediaFiles files;
    for (const QString& path : paths) {
        MediaFiles named = sortByName({path});
        if (named.others.isEmpty()) {
            files.videos += named.videos;
            files.subtitles += named.subtitles;
            continue;
        }
        const QString file = named.others.first();
        std::error_code unknown;
        const bool isFolder = std::filesystem::is_directory(toPath(file), unknown);
        const QStringList inside = isFolder ? videosIn(file) : QStringList();
        if (!isThere(file) || (!isFolder && isVideoByContent(file))) {
            files.videos.append(file);  // what is missing is the engine's to say
        } else if (!inside.isEmpty()) {
            files.videos += inside;
        } else if (isFolder && !picturesIn(toPath(file)).empty()) {
            files.videos.append(file);  // its pictures are looked at like a video's
        } else if (isFolder) {
            files.folders.append(file);
        } else {
            files.others.append(file);
        }
    }
    return files;
}

QStringList pathsOf(const QList<QUrl>& urls) {
    QStringList paths;
    for (const QUrl& url : urls) {
        if (url.isLocalFile()) paths.append(pathOf(url));
    }
    return paths;
}

QStringList pathsOf(const QMimeData& data) {
    QStringList paths = pathsOf(data.urls());
    if (!data.hasUrls() && data.hasText()) {
        const QString line = data.text().trimmed();
        const QUrl url(line);
        const QString path = url.isLocalFile() ? pathOf(url) : line;
        const bool isPath = QDir::isAbsolutePath(path) && !path.contains(QLatin1Char('\n'));
        if (isPath) paths.append(path);
    }
    return paths;
}

bool isReadableSubtitle(const QString& path) {
    const QString suffix = suffixOf(path);
    return suffix == QLatin1String("srt") || suffix == QLatin1String("vtt");
}

QString dropText(const MediaFiles& files) {
    const auto count = int(files.videos.size());
    if (count > 1) return say(QT_TRANSLATE_N_NOOP("Drop", "Open %n video(s)"), count);
    if (count == 0 && !files.subtitles.isEmpty()) {
        return say(QT_TRANSLATE_NOOP("Drop", "Use “%1” as subtitles"))
            .arg(nameText(files.subtitles.first()));
    }
    const QStringList& opened = count > 0 ? files.videos : files.others;
    return say(QT_TRANSLATE_NOOP("Drop", "Open “%1”")).arg(nameText(opened.value(0)));
}

QString videoFilter() {
    QStringList patterns;
    for (const QString& suffix : videoSuffixes()) patterns.append(QStringLiteral("*.") + suffix);
    return say(QT_TRANSLATE_NOOP("Drop", "Videos (%1)")).arg(patterns.join(QLatin1Char(' '))) +
           QStringLiteral(";;") + say(QT_TRANSLATE_NOOP("Drop", "All files (*)"));
}

}  // namespace reelquery
