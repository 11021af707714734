#include "app/gui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QMenuBar>

#include "app/gui/compare/ledger_view.h"
#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/conversation/suggested_questions.h"
#include "app/gui/desktop/desktop_conduct.h"
#include "app/gui/desktop/fault_reports.h"
#include "app/gui/desktop/run_journal.h"
#include "app/gui/export/export_dialog.h"
#include "app/gui/find/make_finder.h"
#include "app/gui/library/library_panel.h"
#include "app/gui/look/dialog_fitter.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/models/model_button.h"
#include "app/gui/models/models_page.h"
#include "app/gui/player/empty_player.h"
#include "app/gui/player/player_view.h"
#include "app/gui/player/track_menu.h"
#include "app/gui/settings/settings_dialog.h"
#include "app/gui/state/power_source.h"
#include "app/gui/window/about_dialog.h"
#include "app/gui/window/close_question.h"
#include "app/gui/window/dock_title.h"
#include "app/gui/window/drop_target.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/key_sheet.h"
#include "app/gui/window/library_notices.h"
#include "app/gui/window/make_settings.h"
#include "app/gui/window/make_speech.h"
#include "app/gui/window/media_files.h"
#include "app/gui/window/picture_echo.h"
#include "app/gui/window/playback_keys.h"
#include "app/gui/window/recent_menu.h"
#include "app/gui/window/resume_playback.h"
#include "app/gui/window/send_question.h"
#include "app/gui/window/shown_exchange.h"
#include "app/gui/window/video_info_dialog.h"
#include "app/gui/window/window_actions.h"
#include "app/gui/window/window_layout.h"
#include "app/gui/window/window_menus.h"

namespace reelquery {

namespace {

constexpr int kLedgerHeight = 92;
constexpr int kComparisonHeight = 290;  // the table and a readable map

QString fileIn(const QString& folder, const QString& name) {
    QDir().mkpath(folder);
    return QDir(folder).filePath(name);
}

}  // namespace

MainWindow::MainWindow(const WindowSetup& setup, const QString& dataFolder)
    : setup_(setup),
      settings_(fileIn(dataFolder, QStringLiteral("reelquery.ini"))),
      library_(fileIn(dataFolder, QStringLiteral("library.sqlite"))),
      keys_(toPath(fileIn(dataFolder, QStringLiteral("server-keys.json"))),
            setup.makeSecretStore ? setup.makeSecretStore() : nullptr),
      bridge_([this](EventSink sink) {
          return setup_.makeSession(
              std::move(sink), [this](const std::string& address) { return keys_.key(address); });
      }),
      video_(bridge_),
      runner_(bridge_, store_, settings_, video_),
      plans_(bridge_, [this] { return wouldAsk(); }),
      ahead_({bridge_, settings_, video_, runner_, plans_, [this] { return wouldAsk(); },
              [] { return isOnBattery(); }}),
      pictures_(runner_, store_),
      keeper_(store_, library_, settings_, runner_, pictures_),
      model_(setup.findModels, setup.tokenNeeds, setup.modelRoots, setup.embeddedModel, settings_),
      maker_(setup.hear),
      door_(setup.door, settings_),
      actions_(make<WindowActions>(*this, settings_)),
      layout_(make<WindowLayout>(*this, settings_)) {
    setObjectName(QStringLiteral("mainWindow"));
    make<DialogFitter>(this);
    setWindowTitle(QStringLiteral("Reelquery"));
    makeCentre();
    makeDocks();
    opener_ = make<FileOpener>(OpenerParts{store_, video_, player_, settings_, library_, *notices_},
                               this);
    close_ = make<CloseQuestion>(keeper_, store_, *this);
    auto* send = make<SendQuestion>(bridge_, settings_, *this);
    runner_.setGate([send](const AskRequest& request, const std::function<void()>& again) {
        return send->mayGo(request, again);
    });
    echo_ = make<PictureEcho>(playerView_);
    makeDesktop();
    makeSettingsDialog();
    speechDialog_ = makeSpeech({maker_, video_, player_, model_.scanner(), settings_, *notices_},
                               *actions_, *this);
    connectActions();
    connectParts();
    connectLibrary();
    auto* recent = make<RecentMenu>(settings_, this);
    connect(recent, &RecentMenu::openRequested, opener_, &FileOpener::openPath);
    auto* tracks = make<TrackMenu>(video_, player_, this);
    connect(tracks, &TrackMenu::pictureTrackPicked, opener_, &FileOpener::useTrack);
    fillMenuBar(*this, *actions_, *recent, *tracks);
    WindowLayout::showBy(*actions_->at(ActionId::kShowConversation), *conversationDock_);
    WindowLayout::showBy(*actions_->at(ActionId::kShowLedger), *ledgerDock_);
    WindowLayout::showBy(*actions_->at(ActionId::kShowLibrary), *libraryDock_);
    layout_->restore();
    model_.find();
}

MainWindow::~MainWindow() {
    resume_->keep();
    panel_->keepDraft();
    keeper_.saveNow();
    // Docks and pages refer to the parts below, which go before the widgets would.
    for (QWidget* part : {takeCentralWidget(), static_cast<QWidget*>(conversationDock_),
                          static_cast<QWidget*>(ledgerDock_), static_cast<QWidget*>(libraryDock_),
                          static_cast<QWidget*>(dialog_), static_cast<QWidget*>(speechDialog_)}) {
        std::unique_ptr<QWidget>{part};
    }
}

std::optional<AskRequest> MainWindow::wouldAsk() const {
    if (settings_.ask().model.isNone()) return {};
    auto draft = runner_.draft(panel_->box().question());
    if (!draft) return {};
    return std::move(draft->request);
}

void MainWindow::makeCentre() {
    auto* centre = make<QWidget>(this);
    auto* column = columnLayout(centre, 0);
    notices_ = make<NoticeBar>(centre);
    playerView_ = make<PlayerView>(player_, video_, settings_, *actions_,
                                   !setup_.sampleVideo.empty(), centre);
    column->addWidget(notices_);
    column->addWidget(playerView_, 1);
    makeFinder({store_, video_, settings_, library_, setup_.readLines}, player_, *playerView_,
               *actions_, [this](const AnswerPlace& place) { showAnswer(place); });
    setCentralWidget(centre);
}

void MainWindow::showAnswer(const AnswerPlace& place) {
    const auto reveal = [this, place] {
        conversationDock_->show();
        panel_->view().reveal(place.exchange);
    };
    if (store_.isShown(place.conversation)) return reveal();
    auto* wait = make<QObject>(this);
    connect(&store_, &ConversationStore::shown, wait, [this, place, reveal, wait] {
        wait->deleteLater();
        if (store_.isShown(place.conversation)) reveal();
    });
    opener_->showConversation(place.conversation);
}

void MainWindow::makeDocks() {
    panel_ = make<ConversationPanel>(store_, runner_, settings_, video_, plans_);
    ledger_ = make<LedgerView>();
    libraryPanel_ = make<LibraryPanel>(LibraryParts{library_, keeper_, runner_, settings_});
    conversationDock_ = layout_->addDock(QStringLiteral("conversationDock"), tr("Conversation"),
                                         panel_, Qt::RightDockWidgetArea);
    ledgerDock_ = layout_->addDock(QStringLiteral("ledgerDock"), tr("Ledger"), ledger_,
                                   Qt::BottomDockWidgetArea);
    libraryDock_ = layout_->addDock(QStringLiteral("libraryDock"), tr("Library"), libraryPanel_,
                                    Qt::LeftDockWidgetArea);
    libraryDock_->hide();
    DockTitle& head = WindowLayout::titleOf(*conversationDock_);
    head.addControl(
        make<ModelButton>(model_.scanner(), settings_, actions_->at(ActionId::kModels), &head));
    head.addAction(actions_->at(ActionId::kNewConversation));
    head.addAction(actions_->at(ActionId::kExport));
    resize(1360, 820);
    resizeDocks({conversationDock_}, {580}, Qt::Horizontal);
    resizeDocks({ledgerDock_}, {kLedgerHeight}, Qt::Vertical);
    make<SuggestedQuestions>(SuggestionParts{setup_, settings_, video_, *panel_}, this);
}

void MainWindow::makeSettingsDialog() {
    const auto [dialog, models] = makeSettings({setup_, settings_, model_, bridge_, keys_, library_,
                                                keeper_, door_, *actions_, *resume_, *menuBar()},
                                               this);
    dialog_ = dialog;
    connect(panel_, &ConversationPanel::modelsRequested, dialog,
            [dialog, models] { dialog->openAt(models); });
}

void MainWindow::makeDesktop() {
    resume_ = make<ResumePlayback>(ResumeParts{settings_, store_, video_, player_, *echo_}, this);
    auto* journal = make<RunJournal>(
        JournalParts{bridge_, store_, runner_, video_, player_, *notices_, settings_},
        setup_.isVerbose, this);
    faults_ = make<FaultReports>(
        FaultParts{setup_, settings_, model_.scanner(), video_, player_, *journal, *notices_},
        *actions_, *this);
    conduct_ = make<DesktopConduct>(
        ConductParts{store_, runner_, player_, maker_, *notices_, settings_}, *this);
    connect(conduct_, &DesktopConduct::windowWanted, this, [this] { takeOver({}); });
    connect(echo_, &PictureEcho::said, this,
            [this](const QString& text) { conduct_->announcer().say(text); });
}

void MainWindow::connectActions() {
    const auto on = [this](ActionId id, auto function) {
        connect(actions_->at(id), &QAction::triggered, this, function);
    };
    using enum ActionId;
    on(kOpen, [this] { opener_->askForVideo(this); });
    on(kOpenFolder, [this] { opener_->askForFolder(this); });
    on(kPaste, &MainWindow::paste);
    on(kExport, [this] { askForExport(store_, video_, *notices_, this); });
    on(kExportMoments, [this] {
        askForMoments({store_, video_, player_, settings_, *notices_}, shown_->place(), this);
    });
    on(kQuit, &QWidget::close);
    on(kAskFocus, &MainWindow::write);
    on(kCompare, [this] { panel_->compare(); });
    on(kLookCloser, [this] {
        for (int exchange = store_.count() - 1; exchange >= 0; --exchange) {
            for (const int answer : {0, 1}) {
                if (runner_.canLookCloser(exchange, answer))
                    return runner_.lookCloser(exchange, answer);
            }
        }
    });
    on(kStop, [this] {
        if (panel_->isEditing()) {
            panel_->stopEditing();
        } else if (runner_.isRunning()) {
            runner_.stop();
        } else if (isFullScreen()) {
            actions_->at(kFullScreen)->trigger();
        }
    });
    on(kNewConversation, [this] {
        opener_->forgetWish();
        const bool isOpen = video_.path() == store_.conversation().videoPath;
        const QByteArray hash = isOpen ? store_.conversation().videoHash : QByteArray();
        store_.startNew(video_.path());
        store_.setVideo(video_.path(), hash);
        write();
    });
    on(kKeySheet, [this] { make<KeySheet>(*actions_, this)->show(); });
    on(kVideoInfo, [this] { make<VideoInfoDialog>(video_, player_, this)->show(); });
    on(kAbout, [this] { make<AboutDialog>(toQString(setup_.version), this)->show(); });
    connect(actions_->at(kModelView), &QAction::toggled, playerView_, &PlayerView::showModelView);
    connect(actions_->at(kFullScreen), &QAction::toggled, this, [this](bool isFull) {
        layout_->setFullScreen(isFull);
        playerView_->setFullScreen(isFull);
        if (!isFull) panel_->box().setFocus();
    });
    connectPlayback(this, *actions_, player_, video_, *echo_);
}

void MainWindow::connectParts() {
    connect(&playerView_->emptyPage(), &EmptyPlayer::openRequested, opener_, &FileOpener::openPath);
    connect(&playerView_->emptyPage(), &EmptyPlayer::sampleRequested, this,
            [this] { opener_->openPath(toQString(setup_.sampleVideo)); });
    connect(panel_, &ConversationPanel::openRequested, opener_, &FileOpener::openPath);
    connect(&panel_->view(), &ConversationView::seekRequested, this, [this](double seconds) {
        player_.seek(seconds);
        panel_->box().setFocus();  // the next question follows a look
    });
    shown_ =
        make<ShownExchange>(ExchangeParts{store_, runner_, video_, panel_->view(), *ledger_}, this);
    connect(&runner_, &QuestionRunner::ended, this, [this] { QApplication::alert(this); });
    connect(&runner_, &QuestionRunner::started, this,
            [this] { notices_->clear(NoticeTopic::kUndo); });
    connect(&runner_, &QuestionRunner::finished, opener_, &FileOpener::checkContent);
    connect(ledger_, &LedgerView::shown, this, [this](bool isComparison) {
        if (isComparison) {
            layout_->makeRoom(ledgerDock_, kComparisonHeight);
        } else {
            layout_->takeRoomBack(ledgerDock_);
        }
    });
    connect(&video_, &VideoState::opened, this, [this] {
        setWindowTitle(tr("%1 – Reelquery").arg(nameText(video_.path())));
        actions_->at(ActionId::kModelView)->setChecked(false);  // the film itself is wanted first
    });
    connect(&video_, &VideoState::closed, this,
            [this] { setWindowTitle(QStringLiteral("Reelquery")); });
    connect(&player_, &MpvPlayer::failed, this, [this](const QString& message) {
        notices_->showError(
            message,
            tr("Questions can be asked all the same: the model reads the file by itself."));
    });
    connect(make<DropTarget>(this), &DropTarget::dropped, opener_, &FileOpener::openPaths);
    connect(opener_, &FileOpener::settled, this, [this] { panel_->box().setFocus(); });
    connect(panel_, &ConversationPanel::editedAnew, this, [this](int exchange, int before) {
        notices_->show(
            {NoticeTopic::kUndo,
             false,
             tr("Question %1 was asked anew. What was there is kept as version %2.")
                 .arg(exchange + 1)
                 .arg(before + 1),
             {},
             {{tr("Undo"), [this, exchange, before] { panel_->showVersion(exchange, before); }}},
             true});
    });
}

void MainWindow::connectLibrary() {
    auto* notices =
        make<LibraryNotices>(NoticeParts{library_, keeper_, settings_, *notices_}, this);
    const auto refresh = [this] { libraryPanel_->refresh(store_.conversation().id); };
    connect(&store_, &ConversationStore::shown, this, refresh);
    connect(&keeper_, &SessionKeeper::saved, this, refresh);
    connect(libraryPanel_, &LibraryPanel::openRequested, opener_,
            qOverload<const QString&>(&FileOpener::showConversation));
    connect(libraryPanel_, &LibraryPanel::videoRequested, opener_, &FileOpener::openPath);
    connect(libraryPanel_, &LibraryPanel::removeRequested, &keeper_, &SessionKeeper::remove);
    connect(libraryPanel_, &LibraryPanel::eraseRequested, &keeper_, &SessionKeeper::erase);
    connect(libraryPanel_, &LibraryPanel::bringBackRequested, &keeper_, &SessionKeeper::bringBack);
    connect(libraryPanel_, &LibraryPanel::undoRequested, notices, &LibraryNotices::undoRemoval);
    connect(libraryPanel_, &LibraryPanel::renameRequested, &keeper_, &SessionKeeper::rename);
    connect(libraryPanel_, &LibraryPanel::newRequested, actions_->at(ActionId::kNewConversation),
            &QAction::trigger);
    connect(opener_, &FileOpener::libraryWanted, libraryDock_, &QWidget::show);
}

void MainWindow::write() {
    conversationDock_->show();
    panel_->box().setFocus();
}

void MainWindow::paste() {
    const QStringList paths = pathsOf(*QGuiApplication::clipboard()->mimeData());
    if (paths.isEmpty()) {
        notices_->showNote(tr("The clipboard holds no path of a video."));
    } else {
        opener_->openPaths(paths);
    }
}

void MainWindow::fitToScreen() {
    layout_->fitToScreen();
}

void MainWindow::openInitial() {
    QStringList paths;
    for (const auto& path : setup_.paths) paths.append(toQString(path));
    if (paths.isEmpty()) {
        openLast();
    } else {
        opener_->openPaths(paths);
    }
    faults_->sayCrash();
    panel_->box().setFocus();
}

void MainWindow::openLast() {
    const QString id = store_.conversation().id;
    // Before the library answers the user may have opened something else.
    keeper_.loadLast([this, id, video = keeper_.lastVideo()](std::optional<Conversation> last) {
        if (!store_.isShown(id) || !video_.path().isEmpty() || opener_->isOpening()) return;
        if (last) {
            opener_->showConversation(*last);
        } else if (!video.isEmpty()) {
            opener_->openPath(video);
        }
    });
}

void MainWindow::takeOver(const QStringList& paths) {
    if (isMinimized()) showNormal();
    raise();
    activateWindow();
    QApplication::alert(this);
    if (!paths.isEmpty()) opener_->openPaths(paths);
}

void MainWindow::endNow() {
    mustEnd_ = true;
    close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    actions_->at(ActionId::kFullScreen)->setChecked(false);
    if (!keeper_.isStuck()) runner_.stopAll();
    if (!mustEnd_ && !close_->mayClose()) return event->ignore();
    runner_.stopAll();
    ledger_->clear();
    layout_->endRoom(ledgerDock_);  // a comparison's room is not the next start's
    layout_->save();
    QMainWindow::closeEvent(event);
}

}  // namespace reelquery
