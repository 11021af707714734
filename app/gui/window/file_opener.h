#pragma once
// Every way a video gets into the window ends here: drop, dialog, paste, command line, library.

#include <QObject>
#include <QStringList>

#include "app/gui/state/exchange.h"
#include "app/gui/window/media_files.h"

namespace reelquery {

class ConversationStore;
class MpvPlayer;
class NoticeBar;
class SessionKeeper;
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
    SessionKeeper& keeper;
    NoticeBar& notices;
};

/// Confined to the GUI thread.
class FileOpener : public QObject {
    Q_OBJECT

  public:
    explicit FileOpener(OpenerParts parts, QObject* parent = nullptr);

    /// Opens the first video; the others of the list go to the library, a conversation each.
    void open(const MediaFiles& files);
    void openPath(const QString& path);

    /// Shows a conversation and opens its video, or says that the video has moved.
    void showConversation(const Conversation& conversation);

    void askForVideo(QWidget* window);
    void askForFolder(QWidget* window);

  Q_SIGNALS:
    /// Several videos were given: the library shows them.
    void libraryWanted();

  private:
    void openVideo(const QString& path, bool startsNew);
    void videoOpened();
    void addSubtitles(const QString& path);
    void videoMissing(const QString& path);

    OpenerParts parts_;
    bool startsNew_ = true;
    QString waitingSubtitles_;  ///< dropped together with the video that is being opened
};

}  // namespace reelquery
