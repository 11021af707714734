#include "app/gui/window/media_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QMimeData>
#include <QMimeDatabase>
#include <QSet>
#include <QUrl>

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

bool isVideoByContent(const QFileInfo& file) {
    const QString type = QMimeDatabase().mimeTypeForFile(file, QMimeDatabase::MatchContent).name();
    return type.startsWith(QLatin1String("video/")) || type.startsWith(QLatin1String("image/"));
}

QStringList videosIn(const QString& folder) {
    QStringList videos;
    for (const QFileInfo& file :
         QDir(folder).entryInfoList(QDir::Files | QDir::Readable, QDir::Name | QDir::IgnoreCase)) {
        if (isVideoByName(file.suffix().toLower())) videos.append(file.absoluteFilePath());
        if (videos.size() == kMostInFolder) break;
    }
    return videos;
}

QString say(const char* text, int count = -1) {
    return QCoreApplication::translate("Drop", text, nullptr, count);
}

QString quoted(const QString& path) {
    return QFileInfo(path).fileName();
}

}  // namespace

MediaFiles sortByName(const QStringList& paths) {
    MediaFiles files;
    for (const QString& path : paths) {
        const QFileInfo file(path);
        const QString suffix = file.suffix().toLower();
        if (isSubtitle(suffix)) {
            files.subtitles.append(file.absoluteFilePath());
        } else if (isVideoByName(suffix)) {
            files.videos.append(file.absoluteFilePath());
        } else {
            files.others.append(file.absoluteFilePath());
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
        const QFileInfo file(named.others.first());
        const QStringList inside = file.isDir() ? videosIn(file.filePath()) : QStringList();
        if (!file.exists() || isVideoByContent(file)) {
            files.videos.append(file.filePath());  // what is missing is the engine's to say
        } else if (!inside.isEmpty()) {
            files.videos += inside;
        } else if (file.isDir()) {
            files.folders.append(file.filePath());
        } else {
            files.others.append(file.filePath());
        }
    }
    return files;
}

QStringList pathsOf(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) paths.append(url.toLocalFile());
    }
    if (!data.hasUrls() && data.hasText()) {
        const QString line = data.text().trimmed();
        const QUrl url(line);
        const QString path = url.isLocalFile() ? url.toLocalFile() : line;
        const bool isPath = QDir::isAbsolutePath(path) && !path.contains(QLatin1Char('\n'));
        if (isPath) paths.append(path);
    }
    return paths;
}

bool isReadableSubtitle(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix == QLatin1String("srt") || suffix == QLatin1String("vtt");
}

QString dropText(const MediaFiles& files) {
    const auto count = int(files.videos.size());
    if (count > 1) return say(QT_TRANSLATE_N_NOOP("Drop", "Open %n video(s)"), count);
    if (count == 0 && !files.subtitles.isEmpty()) {
        return say(QT_TRANSLATE_NOOP("Drop", "Use “%1” as subtitles"))
            .arg(quoted(files.subtitles.first()));
    }
    const QStringList& opened = count > 0 ? files.videos : files.others;
    return say(QT_TRANSLATE_NOOP("Drop", "Open “%1”")).arg(quoted(opened.value(0)));
}

QString videoFilter() {
    QStringList patterns;
    for (const QString& suffix : videoSuffixes()) patterns.append(QStringLiteral("*.") + suffix);
    return say(QT_TRANSLATE_NOOP("Drop", "Videos (%1)")).arg(patterns.join(QLatin1Char(' '))) +
           QStringLiteral(";;") + say(QT_TRANSLATE_NOOP("Drop", "All files (*)"));
}

}  // namespace reelquery
