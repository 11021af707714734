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

constexpr qsizetype kMostInFolder = 500;

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

bool isVideo(const QFileInfo& file) {
    if (videoSuffixes().contains(file.suffix().toLower())) return true;
    const QString type = QMimeDatabase().mimeTypeForFile(file).name();
    return type.startsWith(QLatin1String("video/")) || type.startsWith(QLatin1String("image/"));
}

QString say(const char* text, int count = -1) {
    return QCoreApplication::translate("Drop", text, nullptr, count);
}

QString quoted(const QString& path) {
    return QFileInfo(path).fileName();
}

}  // namespace

MediaFiles mediaFilesOf(const QStringList& paths) {
    MediaFiles files;
    for (const QString& path : paths) {
        const QFileInfo file(path);
        if (file.isDir()) {
            files.folders.append(file.absoluteFilePath());
        } else if (isSubtitle(file.suffix().toLower())) {
            files.subtitles.append(file.absoluteFilePath());
        } else if (isVideo(file)) {
            files.videos.append(file.absoluteFilePath());
        }
    }
    return files;
}

MediaFiles mediaFilesOf(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) paths.append(url.toLocalFile());
    }
    if (!data.hasUrls() && data.hasText()) {
        const QString line = data.text().trimmed();
        const QUrl url(line);
        const QString path = url.isLocalFile() ? url.toLocalFile() : line;
        if (!path.contains(QLatin1Char('\n')) && QFileInfo::exists(path)) paths.append(path);
    }
    return mediaFilesOf(paths);
}

QStringList videosIn(const QString& folder) {
    QStringList videos;
    for (const QFileInfo& file :
         QDir(folder).entryInfoList(QDir::Files | QDir::Readable, QDir::Name | QDir::IgnoreCase)) {
        if (videoSuffixes().contains(file.suffix().toLower()))
            videos.append(file.absoluteFilePath());
        if (videos.size() == kMostInFolder) break;
    }
    return videos;
}

bool isReadableSubtitle(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix == QLatin1String("srt") || suffix == QLatin1String("vtt");
}

QString dropText(const MediaFiles& files) {
    if (files.videos.size() == 1)
        return say(QT_TRANSLATE_NOOP("Drop", "Open “%1”")).arg(quoted(files.videos.first()));
    if (files.videos.size() > 1) {
        return say(QT_TRANSLATE_N_NOOP("Drop", "Open %n video(s)"), int(files.videos.size()));
    }
    if (!files.folders.isEmpty())
        return say(QT_TRANSLATE_NOOP("Drop", "Open the videos of “%1”"))
            .arg(quoted(files.folders.first()));
    return say(QT_TRANSLATE_NOOP("Drop", "Use “%1” as subtitles"))
        .arg(files.subtitles.isEmpty() ? QString() : quoted(files.subtitles.first()));
}

QString videoFilter() {
    QStringList patterns;
    for (const QString& suffix : videoSuffixes()) patterns.append(QStringLiteral("*.") + suffix);
    return say(QT_TRANSLATE_NOOP("Drop", "Videos (%1)")).arg(patterns.join(QLatin1Char(' '))) +
           QStringLiteral(";;") + say(QT_TRANSLATE_NOOP("Drop", "All files (*)"));
}

}  // namespace reelquery
