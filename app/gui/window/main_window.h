#pragma once
// The window: makes the parts, puts them in their places, connects them.

#include <QMainWindow>
#include <memory>

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/library/session_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/models/answering_model.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/door_keeper.h"
#include "app/gui/state/plan_watcher.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/server_keys.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/speech_maker.h"
#include "app/gui/state/video_state.h"
#include "app/gui/state/watch_ahead.h"
#include "app/gui/window/window_actions.h"
#include "app/gui/window_setup.h"

class QDockWidget;

namespace reelquery {

struct AnswerPlace;
class CloseQuestion;
class ConversationPanel;
class DesktopConduct;
class FaultReports;
class FileOpener;
class LedgerView;
class LibraryPanel;
class NoticeBar;
class PictureEcho;
class PlayerView;
class ResumePlayback;
class SettingsDialog;
class ShownExchange;
class WindowLayout;

/// Confined to the GUI thread.
class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    /// dataFolder: where settings and library are kept; made when absent.
    MainWindow(const WindowSetup& setup, const QString& dataFolder);
    ~MainWindow() override;

    /// No larger than its screen, whatever was kept of another one.
    void fitToScreen();

    /// The videos of the command line, else the conversation that was open last.
    void openInitial();

    /// Comes to the front and opens what a second start was given.
    void takeOver(const QStringList& paths);

    /// Saves and closes, asking nothing: the session ends.
    void endNow();

    DesktopConduct& conduct() { return *conduct_; }

    SettingsModel& settings() { return settings_; }

    ConversationStore& store() { return store_; }

    MpvPlayer& player() { return player_; }

    VideoState& video() { return video_; }

    QuestionRunner& runner() { return runner_; }

    SessionLibrary& library() { return library_; }

    SessionKeeper& keeper() { return keeper_; }

    PictureKeeper& pictures() { return pictures_; }

    FileOpener& opener() { return *opener_; }

  protected:
    void closeEvent(QCloseEvent* event) override;

  private:
    /// What asking would ask now; empty where nothing can be asked.
    std::optional<AskRequest> wouldAsk() const;
    void write();
    void openLast();
    /// Scrolls to an answer, of another conversation once that is on screen.
    void showAnswer(const AnswerPlace& place);
    void makeCentre();
    void makeDocks();
    void makeSettingsDialog();
    void makeDesktop();
    void connectActions();
    void connectParts();
    void connectLibrary();
    void paste();

    const WindowSetup setup_;
    SettingsModel settings_;
    SessionLibrary library_;
    ConversationStore store_;
    ServerKeys keys_;
    EngineBridge bridge_;
    VideoState video_;
    MpvPlayer player_;
    QuestionRunner runner_;
    PlanWatcher plans_;
    WatchAhead ahead_;
    PictureKeeper pictures_;
    SessionKeeper keeper_;
    AnsweringModel model_;
    SpeechMaker maker_;
    DoorKeeper door_;  // behind the engine, which its askers use

    WindowActions* actions_;
    WindowLayout* layout_;
    NoticeBar* notices_ = nullptr;
    PlayerView* playerView_ = nullptr;
    ConversationPanel* panel_ = nullptr;
    LedgerView* ledger_ = nullptr;
    LibraryPanel* libraryPanel_ = nullptr;
    QDockWidget* conversationDock_ = nullptr;
    QDockWidget* ledgerDock_ = nullptr;
    QDockWidget* libraryDock_ = nullptr;
    SettingsDialog* dialog_ = nullptr;
    QWidget* speechDialog_ = nullptr;
    FileOpener* opener_ = nullptr;
    CloseQuestion* close_ = nullptr;
    ShownExchange* shown_ = nullptr;
    PictureEcho* echo_ = nullptr;
    ResumePlayback* resume_ = nullptr;
    FaultReports* faults_ = nullptr;
    DesktopConduct* conduct_ = nullptr;
    bool mustEnd_ = false;
};

}  // namespace reelquery
