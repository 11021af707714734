#include "app/gui/window/file_opener.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QTimer>
#include <QUrl>
#include <utility>

#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"

namespace reelquery {

namespace {

/// What was made from the speech of a video and kept, where the player has no other subtitles to
/// show or these go first; empty otherwise.
QString heardIn(const VideoSummary& video, bool goesFirst) {
    if (video.subtitles.empty()) return {};
    const SubtitleSource& last = video.subtitles.back();  // the engine puts it there
    const bool isWanted = goesFirst || video.subtitles.size() == 1;
    return isWanted && !last.heardBy.empty() ? toQString(last.file) : QString();
}

}  // namespace

FileOpener::FileOpener(OpenerParts parts, QObject* parent)
    : QObject(parent), parts_(parts), tracks_(parts.settings) {
    connect(&parts_.video, &VideoState::probed, this, [this](const VideoSummary& summary) {
        if (!job_) return;
        job_->summary = summary;
        goOn();
    });
    connect(&parts_.video, &VideoState::failed, this, &FileOpener::fail);
    connect(&parts_.video, &VideoState::scanned, this, [this](double share) {
        scanState_ = tr("Reading the file through, once: %1").arg(percentText(share));
        if (job_ && isSlow_) sayOpening(job_->path);
    });
    connect(&parts_.player, &MpvPlayer::loaded, this, [this] {
        isLoading_ = false;
        if (!shownSubtitles_.isEmpty())
            parts_.player.addSubtitles(std::exchange(shownSubtitles_, {}));
    });
    connect(&parts_.store, &ConversationStore::becameCopy, this,
            [this](const QString& before, const QString& id) {
                if (job_ && job_->conversation == before) job_->conversation = id;
            });
}

void FileOpener::open(const MediaFiles& files) {
    // What looks like no video at all is the engine's to judge: it says what the file is.
    if (files.isEmpty() && !files.others.isEmpty()) return startNew(files.others.first(), {});
    for (const QString& folder : files.folders) {
        parts_.notices.show({NoticeTopic::kVideo,
                             true,
                             tr("There is no video in “%1”.").arg(nameText(folder)),
                             tr("Subfolders are not searched; open them one by one."),
                             {}});
    }
    if (!files.others.isEmpty()) {
        const QString text =
            files.others.size() == 1
                ? tr("“%1” is no video and was left out.").arg(nameText(files.others.first()))
                : tr("%n file(s) are no videos and were left out.", nullptr,
                     int(files.others.size()));
        parts_.notices.show({NoticeTopic::kOther, false, text, {}, {}, true});
    }
    if (files.videos.isEmpty() && !files.subtitles.isEmpty()) {
        if (parts_.video.path().isEmpty()) {
            parts_.notices.showNote(tr("Open the video before its subtitles."));
        } else {
            addSubtitles(files.subtitles.first());
        }
    }
    if (files.videos.isEmpty()) return;
    if (files.videos.size() > 1) {
        QStringList waiting = files.videos.mid(1);
        for (const QString& path : parts_.settings.givenVideos()) {
            if (!files.videos.contains(path)) waiting.append(path);
        }
        parts_.settings.setGivenVideos(waiting.mid(0, kMostInFolder));
        Q_EMIT libraryWanted();
    }
    startNew(files.videos.first(), files.subtitles.value(0));
}

void FileOpener::openPaths(const QStringList& paths) {
    // What its name tells needs no disk, and most files' do.
    const MediaFiles files = sortByName(paths);
    const CancelToken wish = beginWish();
    if (files.folders.isEmpty() && files.others.isEmpty()) return open(files);
    isLooking_ = true;
    inPool(
        filePool(), this, [paths] { return sortByContent(paths); },
        [this, wish](const MediaFiles& sorted) {
            if (wish.stop_requested()) return;
            isLooking_ = false;
            open(sorted);
        });
}

CancelToken FileOpener::beginWish() {
    isLooking_ = false;
    wish_.request_stop();
    wish_ = std::stop_source();
    return wish_.get_token();
}

void FileOpener::forgetWish() {
    beginWish();
}

void FileOpener::callOff() {
    job_.reset();
    parts_.video.callOff();
    parts_.notices.clear(NoticeTopic::kVideo);
}

void FileOpener::openPath(const QString& path) {
    openPaths({path});
}

void FileOpener::startNew(const QString& path, const QString& subtitles) {
    start({path, subtitles, {}, tracks_.of(path)});
}

void FileOpener::startShown(const QString& path) {
    start({path, {}, parts_.store.conversation().id, parts_.settings.ask().videoTrack});
}

void FileOpener::start(OpenJob job) {
    const int turn = ++turn_;
    isSlow_ = false;
    scanState_.clear();
    const QString path = job.path;
    const int track = job.videoTrack;
    const QString subtitles = toQString(parts_.settings.ask().subtitles.file);
    job_ = std::move(job);
    parts_.notices.clear(NoticeTopic::kVideo);
    parts_.notices.clear(NoticeTopic::kUndo);
    parts_.video.probe(path, track);
    inPool(
        filePool(), this, [path, subtitles] { return lookAt(path, subtitles); },
        [this, turn](const FileLook& look) {
            if (!job_ || turn != turn_) return;
            job_->look = look;
            if (look.exists && job_->failure) {
                const auto [message, hint] = *job_->failure;  // the job ends with it
                return fail(message, hint);
            }
            goOn();
        });
    // A disk that takes its time is said; most do not.
    constexpr int kSoonMs = 250;
    QTimer::singleShot(kSoonMs, this, [this, turn, path] {
        if (!job_ || turn != turn_) return;
        isSlow_ = true;
        sayOpening(path);
    });
}

void FileOpener::sayOpening(const QString& path) {
    parts_.notices.show({NoticeTopic::kVideo,
                         false,
                         tr("Opening “%1”…").arg(nameText(path)),
                         scanState_,
                         {{tr("Cancel"), [this] { callOff(); }}},
                         true});
}

void FileOpener::sayMissingEnd(const OpenJob& job) {
    if (!job.summary->leftOut.empty()) {
        constexpr int kNamed = 5;
        QStringList names;
        for (const std::string& name : job.summary->leftOut)
            if (names.size() < kNamed) names.append(toQString(name));
        if (qsizetype(job.summary->leftOut.size()) > names.size())
            names.append(QStringLiteral("…"));
        parts_.notices.show(
            {NoticeTopic::kVideo,
             false,
             tr("Some pictures of “%1” cannot be read and are left out.").arg(nameText(job.path)),
             names.join(QStringLiteral(", ")),
             {},
             true});
    }
    if (!job.summary->missingEnd) return;
    const MissingEnd& end = *job.summary->missingEnd;
    const QString name = nameText(job.path), until = clockText(end.untilS);
    parts_.notices.show(
        {NoticeTopic::kVideo,
         false,
         end.promisedS
             ? tr("“%1” is cut short: it goes up to %2 only, not to %3.")
                   .arg(name, until, clockText(*end.promisedS))
             : tr("“%1” is cut short: its end is missing, it goes up to %2.").arg(name, until),
         tr("What is there can be played and asked about; copy or download the file again for the "
            "rest."),
         {},
         true});
}

void FileOpener::goOn() {
    const bool isNew = job_->conversation.isEmpty();
    if (!isNew && !parts_.store.isShown(job_->conversation)) {
        // Its conversation has left the screen.
        job_.reset();
        parts_.video.callOff();
        return;
    }
    if (!isNew && job_->look && !job_->look->exists) {
        const OpenJob job = *std::exchange(job_, {});
        parts_.video.callOff();
        sayMissing(job.path);
        Q_EMIT settled();
        return;
    }
    if (!job_->look) return;
    if (!isNew) {
        const QByteArray known = parts_.store.conversation().videoHash;
        if (isContentId(known) && known != job_->look->hash) {
            const OpenJob job = *std::exchange(job_, {});
            parts_.video.callOff();
            dropVideo();
            sayOther(job.path);
            Q_EMIT settled();
            return;
        }
    }
    if (!job_->summary) return;
    finish(*std::exchange(job_, {}));
}

void FileOpener::fail(const QString& message, const QString& hint) {
    if (job_ && !job_->conversation.isEmpty() && !job_->look) {
        job_->failure = {message, hint};  // a file that is gone has its own words
        return;
    }
    const auto job = std::exchange(job_, {});
    if (job && job->conversation.isEmpty() && job->videoTrack != 0) {
        // Another file may lie there now, without that track.
        return start({job->path, job->subtitles, {}, 0});
    }
    if (job && !job->conversation.isEmpty() && job->look && !job->look->exists) {
        sayMissing(job->path);
    } else if (job && !job->conversation.isEmpty()) {
        dropVideo();
        parts_.notices.show({NoticeTopic::kVideo, true, message, hint, {{tr("Find it…"), [this] {
                                                                             findVideo();
                                                                         }}}});
    } else {
        parts_.notices.show({NoticeTopic::kVideo, true, message, hint, {}});
    }
    Q_EMIT settled();
}

void FileOpener::finish(const OpenJob& job) {
    parts_.notices.clear(NoticeTopic::kVideo);
    parts_.settings.addRecentVideo(job.path);
    parts_.settings.dropGivenVideo(job.path);
    if (job.conversation.isEmpty()) {
        takeNew(job);
    } else {
        takeKnown(job);
    }
    Q_EMIT settled();
}

void FileOpener::takeNew(const OpenJob& job) {
    AskSettings settings = parts_.settings.ask();
    settings.subtitles.file.clear();  // those of the video before
    settings.heardFirst = false;
    settings.videoTrack = job.videoTrack;
    tracks_.keep(job.path, job.videoTrack);
    parts_.settings.setAsk(settings);
    parts_.store.startNew(job.path);
    parts_.store.setVideo(job.path, job.look->hash);
    play(job);
    shownSubtitles_ = job.subtitles.isEmpty() ? heardIn(*job.summary, false) : job.subtitles;
    if (!job.subtitles.isEmpty()) readSubtitles(job.subtitles);
    resumeMoved(job);
}

void FileOpener::resumeMoved(const OpenJob& job) {
    const QString fresh = parts_.store.conversation().id;
    const auto resume = [this, fresh, path = job.path](std::optional<Conversation> known) {
        if (!known || !parts_.store.isShown(fresh) || parts_.store.count() > 0) return;
        const QByteArray hash = parts_.store.conversation().videoHash;
        if (!parts_.store.showHeld(known->id)) parts_.store.show(*std::move(known));
        parts_.store.setVideo(path, hash);
    };
    parts_.library.findMoved(job.look->hash, wish_.get_token(), resume);
}

void FileOpener::takeKnown(const OpenJob& job) {
    if (!job.look->hasSubtitleFile) {
        AskSettings settings = parts_.settings.ask();
        settings.subtitles.file.clear();
        parts_.settings.setAsk(settings);
    }
    parts_.store.setVideo(job.path, job.look->hash);
    const auto& open = parts_.video.summary();
    const bool isSameFile = parts_.video.path() == job.path && open;
    if (isSameFile && open->streamIndex != job.summary->streamIndex) {
        tracks_.keep(job.path, job.videoTrack);
        return parts_.video.acceptTrack(*job.summary);
    }
    if (isSameFile && open->durationS == job.summary->durationS &&
        open->frameCount == job.summary->frameCount) {
        return;
    }
    play(job);
    const AskSettings& settings = parts_.settings.ask();
    shownSubtitles_ = settings.subtitles.file.empty() ? heardIn(*job.summary, settings.heardFirst)
                                                      : toQString(settings.subtitles.file);
}

void FileOpener::play(const OpenJob& job) {
    parts_.video.accept(job.path, *job.summary);
    isLoading_ = true;
    parts_.player.open(job.path);
    sayMissingEnd(job);
}

void FileOpener::addSubtitles(const QString& path) {
    if (parts_.player.isLoaded() && !isLoading_) {
        parts_.player.addSubtitles(path);
    } else {
        shownSubtitles_ = path;
    }
    readSubtitles(path);
}

void FileOpener::readSubtitles(const QString& path) {
    const QString name = nameText(path);
    if (!isReadableSubtitle(path)) {
        parts_.notices.showNote(
            tr("“%1” is shown over the picture. The model reads .srt and .vtt only.").arg(name));
        return;
    }
    AskSettings settings = parts_.settings.ask();
    settings.subtitles = {SubtitleUse::kOn, toPath(path)};
    parts_.settings.setAsk(settings);
    parts_.notices.showNote(
        tr("“%1” is shown over the picture, and the model reads it with the next question.")
            .arg(name));
}

void FileOpener::useSettingsOf(const Conversation& conversation) {
    if (conversation.settings.isEmpty()) {
        AskSettings settings = parts_.settings.ask();
        settings.videoTrack = 0;  // that of the video before
        return parts_.settings.setAsk(settings);
    }
    AskSettings settings = askSettingsFromJson(conversation.settings);
    // The model of then may be gone; the one in use is a safe choice.
    settings.model = parts_.settings.ask().model;
    parts_.settings.setAsk(settings);
}

void FileOpener::showConversation(const QString& id) {
    const CancelToken wish = beginWish();
    if (parts_.store.isShown(id)) {
        // The one on screen: nothing is thrown away; a video that is not there is tried again.
        const Conversation& shown = parts_.store.conversation();
        if (parts_.video.path() != shown.videoPath && !job_) startShown(shown.videoPath);
        Q_EMIT settled();
        return;
    }
    if (const Conversation* held = parts_.store.find(id)) return showConversation(*held);
    callOff();
    isLooking_ = true;
    parts_.library.load(id, wish, [this, id](std::optional<Conversation> conversation) {
        isLooking_ = false;
        // In memory it is newer than what was read.
        if (parts_.store.find(id)) return showConversation(id);
        if (conversation) return showConversation(*conversation);
        const QString why = parts_.library.condition().problem;
        parts_.notices.show({NoticeTopic::kVideo,
                             true,
                             why.isEmpty() ? tr("This conversation is not in the library any more.")
                                           : tr("The conversation cannot be read: %1.").arg(why),
                             {},
                             {}});
    });
}

void FileOpener::showConversation(const Conversation& conversation) {
    parts_.notices.clear(NoticeTopic::kUndo);
    parts_.notices.clear(NoticeTopic::kVideo);
    const Conversation shown = conversation;  // the store may let go of the one it was found in
    if (!parts_.store.showHeld(shown.id)) parts_.store.show(shown);
    useSettingsOf(shown);
    // Never another conversation's video beside it, not even for a moment.
    if (parts_.video.path() != shown.videoPath) dropVideo();
    if (shown.videoPath.isEmpty()) return Q_EMIT settled();
    startShown(shown.videoPath);
}

void FileOpener::checkContent() {
    const Conversation& shown = parts_.store.conversation();
    const QString path = shown.videoPath, id = shown.id;
    if (path.isEmpty() || path != parts_.video.path() || !isContentId(shown.videoHash)) return;
    inPool(
        filePool(), this, [path] { return lookAt(path, {}); },
        [this, path, id](const FileLook& look) {
            const Conversation& now = parts_.store.conversation();
            if (now.id != id || now.videoPath != path || job_ || look.hash == now.videoHash) return;
            dropVideo();
            if (look.exists && !look.hash.isEmpty()) return sayOther(path);
            sayMissing(path);
        });
}

void FileOpener::relink(const QString& path) {
    beginWish();
    startShown(path);
}

void FileOpener::useTrack(int videoTrack) {
    AskSettings settings = parts_.settings.ask();
    const QString path = parts_.video.path();
    if (path.isEmpty() || settings.videoTrack == videoTrack) return;
    settings.videoTrack = videoTrack;
    parts_.settings.setAsk(settings);
    startShown(path);
}

void FileOpener::dropVideo() {
    job_.reset();
    shownSubtitles_.clear();
    parts_.video.close();
    parts_.player.close();
}

void FileOpener::sayMissing(const QString& path) {
    dropVideo();
    parts_.notices.show(
        {NoticeTopic::kVideo,
         true,
         tr("“%1” is not where it was.").arg(nameText(path)),
         tr("It was in %1. Show where it is now; it is told by its content, so a new name is fine.")
             .arg(pathText(path.section(QLatin1Char('/'), 0, -2))),
         {{tr("Find it…"), [this] { findVideo(); }}}});
}

void FileOpener::sayOther(const QString& path) {
    const bool isItsOwn = path == parts_.store.conversation().videoPath;
    parts_.notices.show(
        {NoticeTopic::kVideo,
         true,
         isItsOwn ? tr("“%1” is another video now.").arg(nameText(path))
                  : tr("“%1” is another video.").arg(nameText(path)),
         isItsOwn ? tr("This conversation is about what the file held before. Show where that is "
                       "now, or open the new video by itself.")
                  : tr("Choose the file this conversation is about, or open that video by itself."),
         {{tr("Find it…"), [this] { findVideo(); }},
          {tr("Open it by itself"), [this, path] { openPath(path); }}}});
}

void FileOpener::whenChosen(QFileDialog& dialog,
                            std::function<void(const QStringList& paths)> take) {
    // Qt's own dialog, which is shown where the desktop has none, does not emit urlsSelected; and
    // only URLs keep names that are no UTF-8.
    connect(&dialog, &QDialog::accepted, this, [&dialog, take = std::move(take)] {
        if (const QStringList paths = pathsOf(dialog.selectedUrls()); !paths.isEmpty()) take(paths);
    });
}

void FileOpener::findVideo() {
    auto* dialog =
        make<QFileDialog>(parts_.notices.window(), tr("Find the video"), QString(), videoFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    whenChosen(*dialog, [this](const QStringList& paths) { relink(paths.first()); });
    dialog->open();
}

void FileOpener::askForVideo(QWidget* window) {
    auto* dialog = make<QFileDialog>(window, tr("Open video"),
                                     QFileInfo(parts_.video.path()).path(), videoFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    whenChosen(*dialog, [this](const QStringList& paths) { openPaths(paths); });
    dialog->open();
}

void FileOpener::askForFolder(QWidget* window) {
    auto* dialog = make<QFileDialog>(window, tr("Open folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    whenChosen(*dialog, [this](const QStringList& paths) { openPaths(paths); });
    dialog->open();
}

}  // namespace reelquery
