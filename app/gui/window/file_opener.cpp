#include "app/gui/window/file_opener.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QPointer>
#include <utility>

#include "app/gui/library/session_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

FileOpener::FileOpener(OpenerParts parts, QObject* parent) : QObject(parent), parts_(parts) {
    connect(&parts_.video, &VideoState::opened, this, &FileOpener::videoOpened);
    connect(&parts_.video, &VideoState::failed, this,
            [this](const QString& message, const QString& hint) {
                parts_.notices.showError(message, hint);
            });
    connect(&parts_.keeper, &SessionKeeper::relinked, this,
            [this](const QString& path) { openVideo(path, false); });
    connect(&parts_.keeper, &SessionKeeper::notTheSame, this, [this](const QString& path) {
        parts_.notices.showError(
            tr("“%1” is another video.").arg(QFileInfo(path).fileName()),
            tr("Choose the file this conversation is about, or open that video by itself."));
    });
}

void FileOpener::open(const MediaFiles& files) {
    QStringList videos = files.videos;
    for (const QString& folder : files.folders) {
        const QStringList inside = videosIn(folder);
        if (inside.isEmpty()) {
            parts_.notices.showError(
                tr("There is no video in “%1”.").arg(QFileInfo(folder).fileName()),
                tr("Subfolders are not searched; open them one by one."));
        }
        videos += inside;
    }
    waitingSubtitles_.clear();
    if (!videos.isEmpty() && !files.subtitles.isEmpty()) {
        waitingSubtitles_ = files.subtitles.first();
    } else if (!files.subtitles.isEmpty() && parts_.video.path().isEmpty()) {
        parts_.notices.showNote(tr("Open the video before its subtitles."));
    } else if (!files.subtitles.isEmpty()) {
        addSubtitles(files.subtitles.first());
    }
    if (videos.isEmpty()) return;
    if (videos.size() > 1) {
        for (auto path = videos.crbegin(); path != videos.crend() - 1; ++path) {
            ConversationStore fresh;
            fresh.startNew(*path);
            if (!parts_.library.findUnasked(*path)) parts_.library.save(fresh.conversation());
        }
        Q_EMIT libraryWanted();
    }
    openVideo(videos.first(), true);
}

void FileOpener::openPath(const QString& path) {
    const MediaFiles files = mediaFilesOf(QStringList{path});
    // An unknown suffix is the engine's to judge: it says what is wrong with the file.
    files.isEmpty() ? openVideo(path, true) : open(files);
}

void FileOpener::openVideo(const QString& path, bool startsNew) {
    startsNew_ = startsNew;
    parts_.notices.hide();
    parts_.video.open(path);
}

void FileOpener::videoOpened() {
    const QString path = parts_.video.path();
    parts_.settings.addRecentVideo(path);
    parts_.player.open(path);
    if (!startsNew_) return;
    AskSettings settings = parts_.settings.ask();
    settings.subtitles.file.clear();  // those of the video before
    parts_.settings.setAsk(settings);
    if (!waitingSubtitles_.isEmpty()) addSubtitles(std::exchange(waitingSubtitles_, {}));
    // Opening a video again must not fill the library with conversations that say nothing.
    if (auto unasked = parts_.library.findUnasked(path)) {
        unasked->changed = QDateTime::currentDateTimeUtc();
        parts_.store.show(*std::move(unasked));
    } else {
        parts_.store.startNew(path);
    }
    parts_.keeper.identifyVideo();
    parts_.keeper.saveNow();
}

void FileOpener::addSubtitles(const QString& path) {
    if (parts_.player.isLoaded()) {
        parts_.player.addSubtitles(path);
    } else {
        connect(
            &parts_.player, &MpvPlayer::loaded, this,
            [this, path] { parts_.player.addSubtitles(path); }, Qt::SingleShotConnection);
    }
    const QString name = QFileInfo(path).fileName();
    if (!isReadableSubtitle(path)) {
        parts_.notices.showNote(
            tr("“%1” is shown over the picture. The model reads .srt and .vtt only.").arg(name));
        return;
    }
    AskSettings settings = parts_.settings.ask();
    settings.subtitles = {SubtitleUse::kOn, path.toStdString()};
    parts_.settings.setAsk(settings);
    parts_.notices.showNote(
        tr("“%1” is shown over the picture, and the model reads it with the next question.")
            .arg(name));
}

void FileOpener::showConversation(const Conversation& conversation) {
    parts_.store.show(conversation);
    if (!conversation.settings.isEmpty()) {
        AskSettings settings = askSettingsFromJson(conversation.settings);
        // The model of then may be gone; the one in use is a safe choice.
        settings.model = parts_.settings.ask().model;
        if (!QFileInfo::exists(toQString(settings.subtitles.file))) settings.subtitles.file.clear();
        parts_.settings.setAsk(settings);
    }
    if (conversation.videoPath.isEmpty()) return;
    if (QFileInfo::exists(conversation.videoPath)) {
        openVideo(conversation.videoPath, false);
    } else {
        videoMissing(conversation.videoPath);
    }
}

void FileOpener::videoMissing(const QString& path) {
    parts_.video.close();
    parts_.player.close();
    parts_.notices.showError(
        tr("“%1” is not where it was.").arg(QFileInfo(path).fileName()),
        tr("It was in %1. Show where it is now; it is told by its content, so a new name is fine.")
            .arg(QFileInfo(path).path()),
        tr("Find it…"), [this] {
            auto* dialog = make<QFileDialog>(parts_.notices.window(), tr("Find the video"),
                                             QString(), videoFilter());
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            dialog->setFileMode(QFileDialog::ExistingFile);
            connect(dialog, &QFileDialog::fileSelected, &parts_.keeper, &SessionKeeper::relink);
            dialog->open();
        });
}

void FileOpener::askForVideo(QWidget* window) {
    auto* dialog = make<QFileDialog>(window, tr("Open video"),
                                     QFileInfo(parts_.video.path()).path(), videoFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
        paths.size() == 1 ? openPath(paths.first()) : open(mediaFilesOf(paths));
    });
    dialog->open();
}

void FileOpener::askForFolder(QWidget* window) {
    auto* dialog = make<QFileDialog>(window, tr("Open folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &FileOpener::openPath);
    dialog->open();
}

}  // namespace reelquery
