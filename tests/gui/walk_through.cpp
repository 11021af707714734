// Walks through the window and leaves a picture of every stop in a folder, for a person to look at.
// Usage: walk_through FOLDER NAME light|dark LANGUAGE

#include <QAbstractItemView>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDropEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QUrl>

#include "app/gui/conversation/question_box.h"
#include "app/gui/library/library_panel.h"
#include "app/gui/look/language.h"
#include "app/gui/look/theme.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/window_fixture.h"

namespace reelquery {

namespace {

class WalkThrough {
  public:
    WalkThrough(QString folder, QString name) : folder_(std::move(folder)), name_(std::move(name)) {
        QDir().mkpath(folder_);
    }

    /// False once a picture could not be saved.
    bool isFine() const { return isFine_; }

    void take(QWidget& widget, const char* stop) {
        QTest::qWait(150);  // dock animations end, the player draws
        isFine_ = widget.grab().save(
                      QStringLiteral("%1/%2_%3.png").arg(folder_, name_, QLatin1String(stop))) &&
                  isFine_;
    }

    void first(const QString& clip);
    void conversation(const QString& clip);
    void moments(const QString& clip);
    void closerLook(const QString& clip);
    void budgets(const QString& clip);
    void comparison(const QString& clip);
    void errors(const QString& clip);
    void failures(const QString& clip);
    void library();
    void closerSides(const QString& clip);
    void notes(const QString& clip);
    void severalVideos();
    void oddFile(const QString& clip);
    void dialogs(const QString& clip);
    void desktop(const QString& clip);

  private:
    QString folder_, name_;
    bool isFine_ = true;
};

FakeScript scene() {
    FakeScript script;
    script.durationS = 60;
    script.tokens = 16132;
    script.answer =
        "The video shows **one day over a green valley**, without a cut.\n\n"
        "* At 0:03 the sun rises at the left, low over the hills.\n"
        "* Around [0:29] it stands highest and the sky is a clear blue.\n"
        "* From 0:47 on the light turns orange, and at 0:57 the sun is about to set.\n\n"
        "Nothing is shown after 9:59, and no person can be seen.";
    script.sparseAnswer =
        "The video shows **one day over a green valley**, without a cut.\n\n"
        "* At 0:03 the sun rises at the left, low over the hills.\n"
        "* Around [0:31] it stands highest and the sky is bright blue.\n"
        "* From 0:47 on the light turns orange, and the sun sets at 0:57.\n\n"
        "No person can be seen.";
    script.densePrefillS = 21.4;
    script.sparsePrefillS = 9.8;
    return script;
}

void WalkThrough::first(const QString& clip) {
    WindowFixture none(scene(), false);
    take(none.window(), "01_first_run_without_model");
    WindowFixture ready(scene());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(clip)});
    QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&ready.window(), &enter);
    take(ready.window(), "02_drag_over");
}

void WalkThrough::moments(const QString& clip) {
    FakeScript script = scene();
    script.hasSubtitles = true;
    script.lines = {{8, 10, "The sun comes up."},
                    {26, 30, "At noon the sun burns."},
                    {50, 53, "And there goes the sun."}};
    WindowFixture fixture(script);
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("What happens in this video, and when?"));
    fixture.finish();
    auto* actions = fixture.window().findChild<WindowActions*>();
    actions->at(ActionId::kFind)->trigger();
    fixture.child<QLineEdit>("findWords")->setText(QStringLiteral("sun"));
    QTest::qWait(200);
    actions->at(ActionId::kFindNext)->trigger();
    QTest::qWait(300);
    take(fixture.window(), "55_found");
    actions->at(ActionId::kExportMoments)->trigger();
    auto* dialog = fixture.child<QWidget>("momentsDialog");
    dialog->findChild<QComboBox*>(QStringLiteral("momentsFormat"))->setCurrentIndex(5);
    take(*dialog, "56_moments");
}

void WalkThrough::closerLook(const QString& clip) {
    WindowFixture fixture(scene());
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("When does the sun stand highest?"));
    fixture.finish();
    fixture.window().runner().lookCloser(0);
    fixture.finish();
    fixture.fake().finish();
    QTest::qWait(400);
    fixture.fake().finish();
    take(fixture.window(), "13_closer_look");
    fixture.ask(QStringLiteral("And when does it set?"));
    fixture.finish();
    take(fixture.window(), "14_follow_up");
}

void WalkThrough::budgets(const QString& clip) {
    FakeScript script = scene();
    script.hasSubtitles = true;
    WindowFixture fixture(script);
    fixture.openVideo(clip);
    QTest::qWait(400);
    fixture.fake().finish();
    auto* budget = fixture.child<QComboBox>("budgetCombo");
    budget->showPopup();
    fixture.fake().finish();
    QTest::qWait(100);
    take(*budget->view()->window(), "15_budgets");
    budget->hidePopup();
    fixture.window().resize(1120, 700);
    take(fixture.window(), "16_subtitles");
}

void WalkThrough::conversation(const QString& clip) {
    WindowFixture fixture(scene());
    fixture.openVideo(clip);
    QTest::qWait(500);
    fixture.fake().finish();
    take(fixture.window(), "03_video_open");
    fixture.window().video().setRangeFrom(12.0);
    fixture.ask(QStringLiteral("What happens in this video, and when?"));
    fixture.fake().advanceTo(Phase::kEncode);
    fixture.fake().advance(34);
    take(fixture.window(), "04_encoding");
    fixture.fake().advanceTo(Phase::kAnswer);
    fixture.fake().advance(60);
    take(fixture.window(), "05_streaming");
    fixture.finish();
    fixture.window().player().seek(29);
    QTest::qWait(400);
    take(fixture.window(), "06_answered");
    fixture.window().findChild<WindowActions*>()->at(ActionId::kModelView)->trigger();
    take(fixture.window(), "07_model_view");
    fixture.window().findChild<QDockWidget*>(QStringLiteral("libraryDock"))->show();
    take(fixture.window(), "08_library");
    fixture.window().resize(900, 620);
    take(fixture.window(), "09_small");
}

void WalkThrough::comparison(const QString& clip) {
    WindowFixture fixture(scene());
    fixture.openVideo(clip);
    fixture.child<QuestionBox>("questionBox")
        ->setPlainText(QStringLiteral("What happens in this video, and when?"));
    QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
    fixture.fake().advanceTo(Phase::kPrefill);
    fixture.fake().advance(4);
    take(fixture.window(), "10_comparing");
    fixture.finish();
    fixture.window().player().seek(12);
    QTest::qWait(300);
    take(fixture.window(), "11_compared");
}

void WalkThrough::errors(const QString& clip) {
    FakeScript script = scene();
    script.failIn = Phase::kPrefill;
    script.failMessage = "this question needs 9.2 GiB of memory, the device has 6.1 GiB free";
    script.failHint = "take a smaller budget, ask about a shorter range, or choose a smaller model";
    script.planFits = false;
    WindowFixture fixture(script);
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("What happens in this video, and when?"));
    fixture.finish();
    fixture.window().opener().openPath(QStringLiteral("/videos/broken.mp4"));
    fixture.fake().finish();
    QTest::qWait(400);
    fixture.fake().finish();
    take(fixture.window(), "12_errors");
}

void WalkThrough::failures(const QString& clip) {
    FakeScript script = scene();
    script.failIn = Phase::kAnswer;
    script.failMessage = "/models/Qwen2-VL-2B-Instruct/config.json is not there";
    script.failHint = "choose another model, or put the folder back";
    script.hasForecast = false;
    QTemporaryDir folder;
    const QString moved = folder.filePath(QStringLiteral("before.mp4"));
    QFile::copy(clip, moved);
    WindowFixture fixture(script);
    fixture.openVideo(moved);
    fixture.ask(QStringLiteral("What happens in this video, and when?"));
    fixture.finish();
    QTest::qWait(400);
    fixture.fake().finish();
    take(fixture.window(), "17_failed_while_answering");
    QFile::remove(moved);
    fixture.restart();
    take(fixture.window(), "18_video_is_gone");
}

void WalkThrough::library() {
    WindowFixture fixture(scene());
    fixture.window().findChild<QDockWidget*>(QStringLiteral("libraryDock"))->show();
    fixture.window().findChild<WindowActions*>()->at(ActionId::kModelView)->trigger();
    take(fixture.window(), "19_empty_library");
}

void WalkThrough::closerSides(const QString& clip) {
    WindowFixture fixture(scene());
    fixture.window().resize(1360, 1100);
    fixture.openVideo(clip);
    fixture.child<QuestionBox>("questionBox")
        ->setPlainText(QStringLiteral("When does the sun stand highest, and what is below it?"));
    QTest::mouseClick(fixture.child<QPushButton>("compareButton"), Qt::LeftButton);
    fixture.finish();
    for (const int side : {0, 1}) {
        fixture.window().runner().lookCloser(0, side);
        fixture.finish();
    }
    take(fixture.window(), "30_closer_looks_of_a_comparison");
}

void WalkThrough::notes(const QString& clip) {
    FakeScript script = scene();
    script.hasSubtitles = true;
    script.notes = {
        "212 of 940 subtitle lines were left out: they would take more than a quarter "
        "of the video's tokens",
        "the subtitles are not UTF-8; they were read as Latin-1"};
    WindowFixture fixture(script);
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("What is said about the weather?"));
    fixture.finish();
    fixture.ask(
        QStringLiteral("Please list every change of the light with its time, and say for each one "
                       "whether it came slowly or at once, and what could be seen on the hills."));
    fixture.fake().advanceTo(Phase::kPrefill);
    fixture.window().runner().stop();
    fixture.finish();
    take(fixture.window(), "31_notes_and_a_stopped_answer");
    auto* models = fixture.child<QToolButton>("modelButton");
    QTimer::singleShot(0, models, [models] { models->menu()->popup({900, 60}); });
    QTest::qWait(100);
    take(*models->menu(), "32_models_menu");
    models->menu()->hide();
    auto* recent = fixture.child<QMenu>("recentMenu");
    recent->popup({200, 100});
    take(*recent, "33_recent_menu");
    recent->hide();
    QMenu* file = fixture.window().menuBar()->actions().first()->menu();
    file->popup({10, 30});
    take(*file, "34_file_menu");
    file->hide();
}

void WalkThrough::severalVideos() {
    WindowFixture fixture(scene());
    MediaFiles files;
    files.videos = {QStringLiteral("/videos/Holiday in the mountains, second part.mp4"),
                    QStringLiteral("/videos/interview.mkv"), QStringLiteral("/videos/yard.webm")};
    fixture.window().opener().open(files);
    fixture.fake().finish();
    QTest::qWait(200);
    fixture.fake().finish();
    take(fixture.window(), "35_several_videos");
    fixture.ask(QStringLiteral("What happens?"));
    fixture.finish();
    QTest::qWait(100);
    Q_EMIT fixture.window().findChild<LibraryPanel*>()->removeRequested(
        fixture.window().store().conversation().id);
    take(fixture.window(), "36_removed");
}

/// One that was cut short, with two tracks of pictures, and one that takes its time.
void WalkThrough::oddFile(const QString& clip) {
    FakeScript script = scene();
    script.pictureTracks = {{0, 1280, 720, "eng", {}}, {1, 640, 360, "deu", "From above"}};
    script.missingEnd = MissingEnd{47, 3725};
    WindowFixture fixture(script);
    fixture.openVideo(clip);
    QTest::qWait(400);
    fixture.fake().finish();
    take(fixture.window(), "37_cut_short");
    auto* tracks = fixture.child<QMenu>("trackMenu");
    tracks->popup(fixture.window().mapToGlobal(QPoint(100, 100)));
    take(*tracks, "38_tracks");
    tracks->hide();
    fixture.fake().script().scans = {0.1, 0.34};
    fixture.window().opener().openPath(clip);
    QTest::qWait(400);
    fixture.fake().advance(2);
    take(fixture.window(), "39_reading_through");
}

void WalkThrough::dialogs(const QString& clip) {
    WindowFixture fixture(scene());
    auto* actions = fixture.window().findChild<WindowActions*>();
    actions->at(ActionId::kModels)->trigger();
    auto* dialog = fixture.child<QWidget>("settingsDialog");
    auto* pages = dialog->findChild<QListWidget*>(QStringLiteral("settingsPages"));
    const char* names[] = {"20_models",         "40_server",    "53_programs", "21_devices",
                           "22_frames",         "23_attention", "24_answers",  "25_appearance",
                           "50_nothing_stored", "26_keys"};
    for (int page = 0; page < int(std::size(names)); ++page) {
        pages->setCurrentRow(page);
        take(*dialog, names[page]);
    }
    pages->setCurrentRow(2);
    dialog->findChild<QCheckBox*>(QStringLiteral("letProgramsAsk"))->click();
    dialog->findChild<QPushButton*>(QStringLiteral("addDoorFolder"))->click();
    auto* folder = dialog->findChild<QFileDialog*>();
    Q_EMIT folder->fileSelected(QStringLiteral("/home/me/Videos"));
    folder->close();
    QTest::qWait(200);
    take(*dialog, "54_programs_may_ask");
    take(fixture.window(), "60_a_program_asks");
    pages->setCurrentRow(0);
    dialog->resize(900, 1000);
    QTest::qWait(100);
    dialog->findChild<QPushButton*>(QStringLiteral("fetch:Qwen/Qwen3-VL-2B-Instruct"))->click();
    QTest::qWait(200);
    take(*dialog, "41_offer_of_a_model");
    pages->setCurrentRow(1);
    dialog->findChild<QLineEdit*>(QStringLiteral("serverAddress"))
        ->setText(QStringLiteral("http://workstation:8000/v1"));
    dialog->findChild<QPushButton*>(QStringLiteral("useServerButton"))->click();
    for (int turn = 0; turn < 5; ++turn) {
        fixture.fake().finish();
        QTest::qWait(40);
    }
    actions->at(ActionId::kModels)->trigger();
    pages->setCurrentRow(1);
    take(*dialog, "42_server_answers");
    dialog->hide();
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("What happens?"));
    for (int turn = 0; turn < 5; ++turn) {
        fixture.fake().finish();
        QTest::qWait(40);
    }
    if (auto* asks = fixture.child<QMessageBox>("sendQuestion")) {
        take(*asks, "43_before_frames_are_sent");
        asks->reject();
    }
    take(fixture.window(), "44_with_a_server");
    actions->at(ActionId::kModels)->trigger();
    pages->setCurrentRow(2);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("deviceTestButton")),
                      Qt::LeftButton);
    for (int turn = 0; turn < 10; ++turn) {
        fixture.fake().finish();
        QTest::qWait(40);
    }
    take(*dialog, "29_device_test");
    actions->at(ActionId::kKeySheet)->trigger();
    take(*fixture.child<QWidget>("keySheet"), "27_key_sheet");
    actions->at(ActionId::kAbout)->trigger();
    take(*fixture.child<QWidget>("aboutDialog"), "28_about");
}

/// After a crash, with a card whose libraries are missing.
void WalkThrough::desktop(const QString& clip) {
    std::string content = "2-0";
    WindowFixture fixture(scene(), true, {}, [&content](WindowSetup& setup) {
        setup.hadCrash = true;
        setup.crash = "SIGSEGV\nlibtorch_cpu.so(+0x2f1a4c)[0x7f31d02f1a4c]";
        setup.storage.folder = "/home/me/.cache/reelquery";
        setup.storage.list = [&content] {
            return std::map<std::string, StoredVideo>{{content, {412 << 20, 31 << 10}},
                                                      {"2-1", {96 << 20, 0}}};
        };
        setup.gpuHalf.isWanted = [] { return true; };
        setup.gpuHalf.hub.ask = [](const std::string&, const std::string&, const CancelToken&) {
            FetchOffer offer;
            offer.host = "files.pythonhosted.org";
            offer.bytes = offer.missingBytes = 2'300'000'000;
            offer.freeBytes = 96'000'000'000;
            offer.cache = "/home/me/.local/share/reelquery/gpu/torch-2.11.0";
            return offer;
        };
        setup.gpuHalf.hub.fetch = [](const FetchOffer&, const FetchBytes&, const CancelToken&) {
            return std::filesystem::path();
        };
    });
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("What happens?"));
    fixture.finish();
    content = fixture.window().store().conversation().videoHash.toStdString();
    fixture.window().player().setLoop({10.0, 25.0});
    fixture.window().video().setRangeFrom(5);
    fixture.window().video().setRangeTo(40);
    take(fixture.window(), "45_after_a_crash");
    auto* actions = fixture.window().findChild<WindowActions*>();
    actions->at(ActionId::kStorage)->trigger();
    auto* table = fixture.child<QTableWidget>("storageTable");
    for (int turn = 0; turn < 50 && table->rowCount() < 2; ++turn) QTest::qWait(10);
    table->selectRow(0);
    fixture.child<QPushButton>("forgetButton")->click();
    auto* dialog = fixture.child<QWidget>("settingsDialog");
    take(*dialog, "46_storage");
    actions->at(ActionId::kDevices)->trigger();
    take(*dialog, "47_libraries_for_the_card");
    actions->at(ActionId::kDiagnostics)->trigger();
    take(*fixture.child<QWidget>("diagnosticsDialog"), "48_diagnostics");
    actions->at(ActionId::kVideoInfo)->trigger();
    take(*fixture.child<QWidget>("videoInfo"), "49_about_the_video");
}

}  // namespace

}  // namespace reelquery

int main(int argc, char** argv) {
    QApplication::setHighDpiScaleFactorRoundingPolicy(
        Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 5) {
        qWarning("usage: walk_through FOLDER NAME light|dark LANGUAGE");
        return 2;
    }
    reelquery::Theme theme(application);
    theme.apply(arguments[3] == QLatin1String("dark") ? reelquery::ThemeChoice::kDark
                                                      : reelquery::ThemeChoice::kLight);
    reelquery::installLanguage(application, arguments[4]);
    QTemporaryDir folder;
    const QString clip = folder.filePath(QStringLiteral("A day in the valley.mp4"));
    if (!reelquery::makeClip(clip, 60)) return 1;
    reelquery::WalkThrough walk(arguments[1], arguments[2]);
    walk.first(clip);
    walk.conversation(clip);
    walk.closerLook(clip);
    walk.moments(clip);
    walk.budgets(clip);
    walk.comparison(clip);
    walk.errors(clip);
    walk.failures(clip);
    walk.library();
    walk.closerSides(clip);
    walk.notes(clip);
    walk.severalVideos();
    walk.oddFile(clip);
    walk.dialogs(clip);
    walk.desktop(clip);
    return walk.isFine() ? 0 : 1;
}
