#pragma once
// Every way a video gets into the window ends here: drop, dialog, paste, command line, library.

#include <QObject>
#include <QStringList>
#include <functional>
#include <optional>

#include "app/gui/state/exchange.h"
#include "app/gui/state/track_choices.h"
#include "app/gui/window/media_files.h"
#include "app/gui/window/open_job.h"
#include "core/base/cancel.h"

class QFileDialog;

namespace reelquery {

class ConversationStore;
class MpvPlayer;
class NoticeBar;
class SessionLibrary;
class SettingsModel;
class VideoState;

/// The things the opener works on; all outlive it.
struct OpenerParts {
    ConversationStore& store;
    VideoState& video;
    MpvPlayer& player;
    SettingsModel& settings;
    SessionLibrary& library;
    NoticeBar& notices;
};

/// At most one thing is being opened; a later wish takes the place of an earlier one, however late
/// the disk or the library answers to that. An answer on its way is not touched. Confined to the
/// GUI thread.
class FileOpener : public QObject {
    Q_OBJECT

  public:
    explicit FileOpener(OpenerParts parts, QObject* parent = nullptr);

    /// Opens the first video; the others wait in the library.
    void open(const MediaFiles& files);
    /// Sorts what was given (folders, files without a known suffix) off the GUI thread, then opens.
    void openPaths(const QStringList& paths);
    void openPath(const QString& path);

    /// Shows a conversation and opens its video, or says what is the matter with it: then there is
    /// no video, and nothing can be asked.
    void showConversation(const Conversation& conversation);

    /// The same for the one with this id, in memory or in the library.
    void showConversation(const QString& id);

    /// Checks that the file still is the one that the conversation on screen is about.
    void checkContent();

    /// Takes the file for the video of the conversation on screen, if its content is the same.
    void relink(const QString& path);

    /// Looks at the open video by another of its tracks of pictures: 1, 2, ... in its order.
    void useTrack(int videoTrack);

    bool isOpening() const { return job_.has_value() || isLooking_; }

    /// Nothing is wanted any more of what the library or a folder has been asked for: the user has
    /// begun something else.
    void forgetWish();

    void askForVideo(QWidget* window);
    void askForFolder(QWidget* window);

  Q_SIGNALS:
    /// Several videos were given: the library shows them.
    void libraryWanted();
    /// What was wanted is on screen, or is not to be had.
    void settled();

  private:
    /// A new conversation, or the one on screen.
    void startNew(const QString& path, const QString& subtitles);
    void startShown(const QString& path);
    void start(OpenJob job);
    void sayOpening(const QString& path);
    void sayMissingEnd(const OpenJob& job);
    CancelToken beginWish();
    void callOff();
    void goOn();
    void finish(const OpenJob& job);
    void fail(const QString& message, const QString& hint);
    void takeNew(const OpenJob& job);
    void takeKnown(const OpenJob& job);
    void resumeMoved(const OpenJob& job);
    void play(const OpenJob& job);
    void addSubtitles(const QString& path);
    void readSubtitles(const QString& path);
    void useSettingsOf(const Conversation& conversation);
    void dropVideo();
    void sayMissing(const QString& path);
    void sayOther(const QString& path);
    void findVideo();
    /// take: gets at least one path, once the dialog was answered.
    void whenChosen(QFileDialog& dialog, std::function<void(const QStringList& paths)> take);

    OpenerParts parts_;
    TrackChoices tracks_;
    std::optional<OpenJob> job_;
    int turn_ = 0;            ///< of the job, to tell late looks from those that are waited for
    bool isSlow_ = false;     ///< the job takes its time, and that is said
    QString scanState_;       ///< how far its file was read through; empty where it was not
    std::stop_source wish_;   ///< the same for what the library or a folder is asked for
    bool isLooking_ = false;  ///< the last wish waits for one of them
    QString shownSubtitles_;  ///< to be put over the picture when the player has the video
    bool isLoading_ = false;  ///< the player was given a video that it has not yet
};

}  // namespace reelquery
