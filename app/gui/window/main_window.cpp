#include "app/gui/window/main_window.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/compare/ledger_view.h"
#include "app/gui/conversation/answer_column.h"
#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/conversation_view.h"
#include "app/gui/conversation/exchange_card.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/export/conversation_export.h"
#include "app/gui/library/library_panel.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/models/device_page.h"
#include "app/gui/models/models_page.h"
#include "app/gui/player/empty_player.h"
#include "app/gui/player/player_view.h"
#include "app/gui/settings/answering_pages.h"
#include "app/gui/settings/appearance_page.h"
#include "app/gui/settings/keys_page.h"
#include "app/gui/settings/settings_dialog.h"
#include "app/gui/window/about_dialog.h"
#include "app/gui/window/drop_overlay.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/key_sheet.h"
#include "app/gui/window/playback_keys.h"
#include "app/gui/window/window_actions.h"
#include "app/gui/window/window_menus.h"

namespace reelquery {

namespace {

constexpr int kLayoutVersion = 1;
constexpr int kLedgerHeight = 92;
constexpr int kComparisonHeight = 290;  // the table and a readable map
const auto kGeometryKey = QStringLiteral("window/geometry");
const auto kLayoutKey = QStringLiteral("window/layout");

QString fileIn(const QString& folder, const QString& name) {
    QDir().mkpath(folder);
    return QDir(folder).filePath(name);
}

ModelEntry embeddedEntry(const std::filesystem::path& folder) {
    if (folder.empty()) return {};
    ModelEntry entry;
    entry.name =
        QCoreApplication::translate("Models", "Demo model (comes with Reelquery)").toStdString();
    entry.folder = folder;
    std::error_code ignored;  // a size that cannot be read is shown as nothing
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
        if (file.is_regular_file(ignored)) entry.bytes += std::int64_t(file.file_size(ignored));
    }
    entry.complete = true;
    entry.source = "Reelquery";
    return entry;
}

/// What an answer's lane under the time line is called where there are two.
QString laneName(const Exchange& exchange, const AnswerRecord& answer) {
    if (exchange.hasCloserLook())
        return answer.within.empty() ? MainWindow::tr("First") : MainWindow::tr("Closer");
    return answerHeading(exchange, answer);
}

}  // namespace

MainWindow::MainWindow(const WindowSetup& setup, const QString& dataFolder)
    : setup_(setup),
      settings_(fileIn(dataFolder, QStringLiteral("reelquery.ini"))),
      library_(fileIn(dataFolder, QStringLiteral("library.sqlite"))),
      bridge_(setup.makeSession),
      video_(bridge_),
      runner_(bridge_, store_, settings_, video_),
      plans_(bridge_,
             [this]() -> std::optional<AskRequest> {
                 if (video_.path().isEmpty() || settings_.ask().model.folder.empty()) return {};
                 return runner_.request(panel_->box().question());
             }),
      keeper_(store_, library_, settings_),
      scanner_(setup.findModels, embeddedEntry(setup.embeddedModel)),
      actions_(make<WindowActions>(*this, settings_)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral("Reelquery"));
    setAcceptDrops(true);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    makeCentre();
    makeDocks();
    overlay_ = make<DropOverlay>(this);
    opener_ = make<FileOpener>(
        OpenerParts{store_, video_, player_, settings_, library_, keeper_, *notices_}, this);
    makeSettings();
    connectActions();
    connectParts();
    fillMenuBar(*this, *actions_,
                {conversationDock_->toggleViewAction(), ledgerDock_->toggleViewAction(),
                 libraryDock_->toggleViewAction()});
    restoreLayout();
    findModels();
    if (!library_.problem().isEmpty()) {
        notices_->showError(tr("Conversations cannot be kept: %1.").arg(library_.problem()),
                            tr("Check the folder %1.").arg(dataFolder));
    }
}

MainWindow::~MainWindow() {
    // Docks and pages refer to the parts below, which go before the widgets would.
    for (QWidget* part : {takeCentralWidget(), static_cast<QWidget*>(conversationDock_),
                          static_cast<QWidget*>(ledgerDock_), static_cast<QWidget*>(libraryDock_),
                          static_cast<QWidget*>(dialog_)}) {
        std::unique_ptr<QWidget>{part};
    }
}

void MainWindow::makeCentre() {
    auto* centre = make<QWidget>(this);
    auto* column = columnLayout(centre, 0);
    notices_ = make<NoticeBar>(centre);
    playerView_ = make<PlayerView>(player_, video_, settings_, *actions_,
                                   !setup_.sampleVideo.empty(), centre);
    column->addWidget(notices_);
    column->addWidget(playerView_, 1);
    setCentralWidget(centre);
}

void MainWindow::makeDocks() {
    const auto addDock = [this](const QString& name, const QString& title, QWidget* content,
                                Qt::DockWidgetArea area) {
        auto* dock = make<QDockWidget>(title, this);
        dock->setObjectName(name);
        dock->setWidget(content);
        addDockWidget(area, dock);
        return dock;
    };
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    panel_ = make<ConversationPanel>(store_, runner_, settings_, video_, plans_);
    ledger_ = make<LedgerView>();
    libraryPanel_ = make<LibraryPanel>(library_);
    conversationDock_ = addDock(QStringLiteral("conversationDock"), tr("Conversation"), panel_,
                                Qt::RightDockWidgetArea);
    ledgerDock_ =
        addDock(QStringLiteral("ledgerDock"), tr("Ledger"), ledger_, Qt::BottomDockWidgetArea);
    libraryDock_ = addDock(QStringLiteral("libraryDock"), tr("Library"), libraryPanel_,
                           Qt::LeftDockWidgetArea);
    libraryDock_->hide();
    QStringList questions;
    for (const std::string& question : setup_.sampleQuestions)
        questions.append(toQString(question));
    panel_->setSuggestions({});
    connect(&video_, &VideoState::opened, this, [this, questions] {
        const bool isSample = video_.path() == toQString(setup_.sampleVideo);
        panel_->setSuggestions(isSample ? questions : QStringList());
    });
}

void MainWindow::makeSettings() {
    dialog_ = make<SettingsDialog>(this);
    modelsPage_ = make<ModelsPage>(scanner_, settings_);
    devicePage_ = make<DevicePage>(bridge_, settings_, setup_.findDevices);
    dialog_->addPage(QStringLiteral("model"), tr("Models"), modelsPage_);
    dialog_->addPage(QStringLiteral("device"), tr("Devices"), devicePage_);
    dialog_->addPage(QStringLiteral("film"), tr("Frames"), makeSamplingPage(settings_, nullptr));
    dialog_->addPage(QStringLiteral("compare"), tr("Attention"),
                     makeAttentionPage(settings_, nullptr));
    dialog_->addPage(QStringLiteral("question"), tr("Answers"),
                     makeGenerationPage(settings_, nullptr));
    dialog_->addPage(QStringLiteral("appearance"), tr("Appearance"),
                     make<AppearancePage>(settings_));
    dialog_->addPage(QStringLiteral("keyboard"), tr("Keys"), make<KeysPage>(*actions_));
    connect(modelsPage_, &ModelsPage::scanRequested, this, &MainWindow::findModels);
    connect(modelsPage_, &ModelsPage::chosen, dialog_, &QWidget::close);
    connect(panel_, &ConversationPanel::modelsRequested, this,
            [this] { dialog_->openAt(modelsPage_); });
}

void MainWindow::connectActions() {
    const auto on = [this](ActionId id, auto function) {
        connect(actions_->at(id), &QAction::triggered, this, function);
    };
    using enum ActionId;
    on(kOpen, [this] { opener_->askForVideo(this); });
    on(kOpenFolder, [this] { opener_->askForFolder(this); });
    on(kPaste, &MainWindow::paste);
    on(kExport, &MainWindow::exportAs);
    on(kQuit, &QWidget::close);
    on(kAskFocus, [this] {
        conversationDock_->show();
        panel_->box().setFocus();
    });
    on(kCompare, [this] { panel_->compare(); });
    on(kLookCloser, [this] {
        for (int exchange = store_.count() - 1; exchange >= 0; --exchange) {
            if (runner_.canLookCloser(exchange)) return runner_.lookCloser(exchange);
        }
    });
    on(kSubtitles, [this] {
        AskSettings changed = settings_.ask();
        const bool isOn = actions_->at(kSubtitles)->isChecked();
        changed.subtitles.use = isOn ? SubtitleUse::kOn : SubtitleUse::kOff;
        settings_.setAsk(changed);
    });
    const auto showSubtitles = [this] {
        const bool isOn = settings_.ask().subtitles.use == SubtitleUse::kOn;
        actions_->at(kSubtitles)->setChecked(isOn);
    };
    connect(&settings_, &SettingsModel::askChanged, this, showSubtitles);
    showSubtitles();
    on(kStop, [this] {
        if (runner_.isRunning()) {
            runner_.stop();
        } else if (isFullScreen()) {
            actions_->at(kFullScreen)->trigger();
        }
    });
    on(kNewConversation, [this] {
        store_.startNew(video_.path());
        keeper_.identifyVideo();
        panel_->box().setFocus();
    });
    on(kSettings, [this] { dialog_->openAt(nullptr); });
    on(kModels, [this] { dialog_->openAt(modelsPage_); });
    on(kDevices, [this] { dialog_->openAt(devicePage_); });
    on(kKeySheet, [this] { make<KeySheet>(*actions_, this)->show(); });
    on(kAbout, [this] { make<AboutDialog>(toQString(setup_.version), this)->show(); });
    connect(actions_->at(kModelView), &QAction::toggled, playerView_, &PlayerView::showModelView);
    connect(actions_->at(kFullScreen), &QAction::toggled, this, &MainWindow::setFullScreen);
    connectPlayback(this, *actions_, player_, video_);
}

void MainWindow::connectParts() {
    connect(&playerView_->emptyPage(), &EmptyPlayer::openRequested, opener_, &FileOpener::openPath);
    connect(&playerView_->emptyPage(), &EmptyPlayer::sampleRequested, this,
            [this] { opener_->openPath(toQString(setup_.sampleVideo)); });
    connect(panel_, &ConversationPanel::openRequested, opener_, &FileOpener::openPath);
    connect(&panel_->view(), &ConversationView::seekRequested, &player_, &MpvPlayer::seek);
    connect(&panel_->view(), &ConversationView::selected, this, [this](int exchange) {
        showLedger(exchange);
        showMarks(exchange);
    });
    connect(&runner_, &QuestionRunner::started, this, [this](int exchange) {
        showLedger(exchange);
        if (store_.at(exchange).isComparison() && ledgerDock_->height() < kComparisonHeight) {
            resizeDocks({ledgerDock_}, {kComparisonHeight}, Qt::Vertical);
        }
    });
    connect(&store_, &ConversationStore::answerChanged, this, [this](int exchange, int answer) {
        if (store_.at(exchange).answers[std::size_t(answer)].isOver()) showLedger(exchange);
    });
    connect(&runner_, &QuestionRunner::finished, this, [this](int exchange) {
        showMarks(exchange);
        QApplication::alert(this);
    });
    connect(&store_, &ConversationStore::shown, this, [this] {
        const int last = store_.count() - 1;
        last >= 0 ? showLedger(last) : ledger_->clear();
        libraryPanel_->refresh(store_.conversation().id);
    });
    connect(&video_, &VideoState::opened, this, [this] {
        setWindowTitle(tr("%1 – Reelquery").arg(QFileInfo(video_.path()).fileName()));
        if (store_.count() > 0) showMarks(store_.count() - 1);
    });
    connect(&video_, &VideoState::closed, this,
            [this] { setWindowTitle(QStringLiteral("Reelquery")); });
    connect(&player_, &MpvPlayer::failed, this, [this](const QString& message) {
        notices_->showError(
            message,
            tr("Questions can be asked all the same: the model reads the file by itself."));
    });
    connect(&player_, &MpvPlayer::stillSaved, this,
            [this](const QString& path) { notices_->showNote(tr("Saved as %1.").arg(path)); });
    connect(&keeper_, &SessionKeeper::saved, this,
            [this] { libraryPanel_->refresh(store_.conversation().id); });
    connect(libraryPanel_, &LibraryPanel::openRequested, this, [this](const QString& id) {
        if (const auto conversation = library_.load(id)) opener_->showConversation(*conversation);
    });
    connect(libraryPanel_, &LibraryPanel::removeRequested, this, [this](const QString& id) {
        if (id == store_.conversation().id) store_.startNew(video_.path());
        library_.remove(id);
        libraryPanel_->refresh(store_.conversation().id);
    });
    connect(libraryPanel_, &LibraryPanel::newRequested, actions_->at(ActionId::kNewConversation),
            &QAction::trigger);
    connect(opener_, &FileOpener::libraryWanted, libraryDock_, &QWidget::show);
    connect(&scanner_, &ModelScanner::finished, this, &MainWindow::chooseModel);
}

void MainWindow::findModels() {
    std::vector<ModelRoot> extra = setup_.modelRoots;
    for (const QString& folder : settings_.modelFolders())
        extra.push_back({toPath(folder), "settings"});
    scanner_.scan(std::move(extra));
}

void MainWindow::chooseModel() {
    AskSettings settings = settings_.ask();
    const auto& found = scanner_.found();
    const auto complete = [&found](auto isWanted) {
        return std::find_if(found.begin(), found.end(), [&](const ModelEntry& entry) {
            return entry.complete && isWanted(entry);
        });
    };
    // What the command line names goes before what was chosen last time, once.
    const auto named = complete([](const ModelEntry& entry) { return entry.source == "--model"; });
    const bool isNamed = !std::exchange(hasScanned_, true) && named != found.end();
    std::error_code ignored;
    const bool isThere = !settings.model.folder.empty() &&
                         std::filesystem::exists(settings.model.folder / "config.json", ignored);
    const auto same =
        complete([&](const ModelEntry& entry) { return entry.folder == settings.model.folder; });
    if (!isNamed && (isThere || same != found.end())) return;
    const auto first = isNamed ? named : complete([](const ModelEntry&) { return true; });
    settings.model.folder = first == found.end() ? std::filesystem::path() : first->folder;
    settings_.setAsk(settings);
}

void MainWindow::showLedger(int exchange) {
    ledger_->show(store_.at(exchange),
                  askSettingsFromJson(store_.conversation().settings).attention);
}

void MainWindow::showMarks(int exchange) {
    const Exchange& shown = store_.at(exchange);
    video_.setCited(panel_->view().card(exchange)->cited());
    std::vector<EvidenceTrack> tracks;
    for (const AnswerRecord& answer : shown.answers) {
        if (!answer.report) continue;
        video_.setSampledTimes(answer.report->frameTimesS);
        tracks.push_back({laneName(shown, answer), answer.report->evidence});
    }
    video_.setEvidence(std::move(tracks));
}

void MainWindow::exportAs() {
    if (store_.count() == 0) {
        notices_->showNote(tr("There is nothing to export yet."));
        return;
    }
    auto* dialog = make<QFileDialog>(
        this, tr("Export conversation"), store_.conversation().title + QStringLiteral(".md"),
        tr("Markdown with stills (*.md);;Web page (*.html);;JSON with all figures (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("md"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QLatin1String("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        const auto pictureAt = [this](double timeS) {
            const int row = video_.frames().nearest(timeS);
            return row < 0 ? QImage() : video_.frames().picture(row);
        };
        if (const auto problem = exportConversation(store_.conversation(), pictureAt, path)) {
            notices_->showError(*problem, tr("Choose another folder or name."));
        } else {
            notices_->showNote(tr("Exported to %1.").arg(path));
        }
    });
    dialog->open();
}

void MainWindow::paste() {
    const MediaFiles files = mediaFilesOf(*QGuiApplication::clipboard()->mimeData());
    if (files.isEmpty()) {
        notices_->showNote(tr("The clipboard holds no path of a video."));
    } else {
        opener_->open(files);
    }
}

void MainWindow::setFullScreen(bool isFull) {
    if (isFull) {
        layoutBeforeFullScreen_ = saveState(kLayoutVersion);
        for (QDockWidget* dock : {conversationDock_, ledgerDock_, libraryDock_}) dock->hide();
        menuBar()->hide();
        showFullScreen();
    } else {
        showNormal();
        menuBar()->show();
        restoreState(layoutBeforeFullScreen_, kLayoutVersion);
    }
}

void MainWindow::restoreLayout() {
    resize(1360, 820);
    resizeDocks({conversationDock_}, {560}, Qt::Horizontal);
    resizeDocks({ledgerDock_}, {kLedgerHeight}, Qt::Vertical);
    restoreGeometry(settings_.value(kGeometryKey).toByteArray());
    restoreState(settings_.value(kLayoutKey).toByteArray(), kLayoutVersion);
}

void MainWindow::openInitial() {
    if (setup_.paths.size() == 1) {
        opener_->openPath(toQString(setup_.paths.front()));
    } else if (!setup_.paths.empty()) {
        QStringList paths;
        for (const auto& path : setup_.paths) paths.append(toQString(path));
        opener_->open(mediaFilesOf(paths));
    } else if (const auto last = keeper_.lastConversation()) {
        opener_->showConversation(*last);
    }
    panel_->box().setFocus();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (isFullScreen()) setFullScreen(false);
    settings_.setValue(kGeometryKey, saveGeometry());
    settings_.setValue(kLayoutKey, saveState(kLayoutVersion));
    runner_.stop();
    keeper_.saveNow();
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const MediaFiles files = mediaFilesOf(*event->mimeData());
    if (files.isEmpty()) return;
    overlay_->present(dropText(files));
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void MainWindow::dragMoveEvent(QDragMoveEvent* event) {
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    overlay_->hide();
}

void MainWindow::dropEvent(QDropEvent* event) {
    overlay_->hide();
    const MediaFiles files = mediaFilesOf(*event->mimeData());
    if (files.isEmpty()) return;
    event->setDropAction(Qt::CopyAction);
    event->accept();
    // Later: the program the files come from waits for the drop to end.
    QTimer::singleShot(0, this, [this, files] { opener_->open(files); });
}

}  // namespace reelquery
