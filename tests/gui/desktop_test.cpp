// How the window behaves in a desktop: what it says, writes down, remembers and forgets.

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <csignal>
#include <mutex>

#include "app/gui/desktop/crash_watch.h"
#include "app/gui/desktop/desktop_conduct.h"
#include "app/gui/desktop/diagnostics.h"
#include "app/gui/desktop/names_removed.h"
#include "app/gui/desktop/quit_signals.h"
#include "app/gui/look/format.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/state/playback_memory.h"
#include "app/gui/window/window_actions.h"
#include "core/base/run_log.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// A film that is long enough to be worth remembering: few pictures, many minutes.
FakeScript longFilm() {
    FakeScript script;
    script.durationS = 150;
    return script;
}

QAction& command(WindowFixture& fixture, ActionId id) {
    return *fixture.window().findChild<WindowActions*>()->at(id);
}

}  // namespace

class DesktopTest : public ClipTest {
    Q_OBJECT

  public:
    DesktopTest() : ClipTest(150) {}

  private Q_SLOTS:

    void sentencesAreCutAsTheyCome() {
        SentenceCutter cutter;
        QCOMPARE(cutter.next(QStringLiteral("At 12.5 s a **red** card"), false), QString());
        QCOMPARE(cutter.next(QStringLiteral("At 12.5 s a **red** card is shown. Then"), false),
                 QStringLiteral("At 12.5 s a red card is shown."));
        QCOMPARE(cutter.next(QStringLiteral("At 12.5 s a **red** card is shown. Then a fox"), true),
                 QStringLiteral("Then a fox"));
        QCOMPARE(cutter.next(QStringLiteral("Another answer"), true),
                 QStringLiteral("Another answer"));
    }

    void aScreenReaderHearsProgressAnswerAndNotices() {
        FakeScript script;
        script.answer = "At 0:05 a red card is shown. At 0:42 it is blue.";
        WindowFixture fixture(script);
        QStringList polite, assertive;
        fixture.window().conduct().announcer().setVoice(
            [&](const QString& text, Politeness politeness) {
                (politeness == Politeness::kPolite ? polite : assertive).append(text);
            });
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What is shown?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        EVENTUALLY(polite.join(QLatin1Char(' ')).contains(QStringLiteral("Looking at the video")));
        fixture.finish();
        const auto said = [&] { return polite.join(QLatin1Char(' ')); };
        EVENTUALLY(
            said().endsWith(QStringLiteral("At 0:05 a red card is shown. At 0:42 it is blue.")));
        QCOMPARE(said().count(QStringLiteral("red card")), 1);  // nothing is said twice
        fixture.window().findChild<NoticeBar*>()->showError(QStringLiteral("It broke."),
                                                            QStringLiteral("Mend it."));
        QCOMPARE(assertive, QStringList{QStringLiteral("It broke. Mend it.")});
        fixture.fake().script().failIn = Phase::kDecode;
        fixture.ask(QStringLiteral("And then?"));
        fixture.finish();
        EVENTUALLY(assertive.last().contains(QStringLiteral("cannot be decoded")));
    }

    void namesGoAndTheRestStays_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("left");
        QTest::newRow("given") << "Our Holiday.mp4: frame 12 cannot be decoded"
                               << "…: frame 12 cannot be decoded";
        QTest::newRow("path") << "cannot write /home/ann/My Films/a b.txt: no room"
                              << "cannot write …: no room";
        QTest::newRow("home") << "(~/Videos/x.mkv)"
                              << "(…)";
        QTest::newRow("quoted") << "“secret plan” is not where it was."
                                << "… is not where it was.";
        QTest::newRow("unknown file") << "my old trip.MKV: cut short"
                                      << "…: cut short";
        QTest::newRow("no name") << "GNU/Linux 6.1, video/mp4, 12.5 s and/or 3/4"
                                 << "GNU/Linux 6.1, video/mp4, 12.5 s and/or 3/4";
    }

    void namesGoAndTheRestStays() {
        QFETCH(QString, text);
        QFETCH(QString, left);
        QCOMPARE(withoutNames(text, {QStringLiteral("/media/Our Holiday.mp4")}), left);
    }

    void diagnosticsHoldNoNamesUnlessAllowed() {
        WindowFixture fixture;
        setUpLog({fixture.folder().toStdString() + "/state/reelquery.log"});
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("Is Ann seen?"));
        fixture.finish();
        fixture.window().findChild<NoticeBar*>()->showError(
            QStringLiteral("“clip.mp4” cannot be played: loading failed."), {});
        command(fixture, ActionId::kDiagnostics).trigger();
        auto* text = fixture.child<QPlainTextEdit>("diagnosticsText");
        QVERIFY(text);
        EVENTUALLY(text->toPlainText().contains(QStringLiteral("AMD EPYC")));
        const QString plain = text->toPlainText();
        for (const char* part :
             {"0.1.0", qVersion(), "FFmpeg", "h264", "1280 × 720", "qwen2_vl",
              "Attention: automatic, xattention, stride", "cannot be played: loading failed"})
            QVERIFY2(plain.contains(QString::fromUtf8(part)), part);
        for (const QString& name :
             {QStringLiteral("clip.mp4"), clip_.section(QLatin1Char('/'), 0, -2),
              QStringLiteral("Is Ann seen")})
            QVERIFY2(!plain.contains(name), qPrintable(name));
        fixture.child<QCheckBox>("diagnosticsNames")->setChecked(true);
        QVERIFY(text->toPlainText().contains(clip_));
        fixture.child<QCheckBox>("diagnosticsNames")->setChecked(false);
        fixture.child<QPushButton>("diagnosticsCopy")->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), plain);

        QFile log(fixture.folder() + QStringLiteral("/state/reelquery.log"));
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QString written = QString::fromUtf8(log.readAll());
        for (const char* part : {"opened 1280 x 720", "asked", "answered", "loading failed"})
            QVERIFY2(written.contains(QLatin1String(part)), part);
        QVERIFY(!written.contains(QStringLiteral("clip.mp4")));
        QVERIFY(!written.contains(QStringLiteral("Ann")));
        setUpLog({});
    }

    void aCrashIsTold_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<bool>("isCrash");
        QTest::addColumn<QString>("report");
        QTest::newRow("end") << "end" << false << "";
        QTest::newRow("fault") << "fault" << true << "SIGSEGV";
        QTest::newRow("abort") << "abort" << true << "SIGABRT";
        QTest::newRow("kill") << "kill" << true << "";
    }

    void aCrashIsTold() {
        QFETCH(QString, how);
        QFETCH(bool, isCrash);
        QFETCH(QString, report);
        QTemporaryDir folder;
        QProcess program;
        program.start(QCoreApplication::applicationFilePath(),
                      {QStringLiteral("--run"), folder.path(), how});
        QVERIFY(program.waitForFinished(kPatienceMs));
        QCOMPARE(program.exitStatus() == QProcess::CrashExit, isCrash);
        {
            const CrashWatch next(folder.path());
            QCOMPARE(next.hadCrash(), isCrash);
            QCOMPARE(next.report().isEmpty(), report.isEmpty());
            QVERIFY2(report.isEmpty() || next.report().startsWith(report),
                     qPrintable(next.report()));
            QVERIFY(!CrashWatch(folder.path()).hadCrash());  // beside one that runs
        }
        QVERIFY(!CrashWatch(folder.path()).hadCrash());  // told once
    }

    void theWindowSaysThatItCrashed() {
        WindowFixture fixture({}, true, {}, [](WindowSetup& setup) {
            setup.hadCrash = true;
            setup.crash = "SIGSEGV\nlibtorch_cpu.so(+0x12)";
        });
        EVENTUALLY(fixture.lastText("noticeMessage").contains(QStringLiteral("did not end")));
        fixture.child<QPushButton>("noticeButton")->click();
        auto* text = fixture.child<QPlainTextEdit>("diagnosticsText");
        QVERIFY(text && text->toPlainText().contains(QStringLiteral("SIGSEGV")));
    }

    void theEndOfTheSessionIsHeard() {
        const QuitSignals quit;
        QSignalSpy asked(&quit, &QuitSignals::asked);
        std::raise(SIGTERM);
        EVENTUALLY_EQUAL(asked.count(), 1);
    }

    void aFilmGoesOnWhereItWasLeft() {
        WindowFixture fixture(longFilm());
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        QCOMPARE(fixture.window().player().positionS(), 0.0);
        fixture.window().player().setVolume(40);
        fixture.window().player().setSpeed(1.5);
        fixture.window().player().seek(90);
        EVENTUALLY(std::abs(fixture.window().player().positionS() - 90) < 0.3);
        EVENTUALLY_EQUAL(fixture.window().player().volume(), 40.0);
        fixture.restart();
        fixture.openVideo(clip_);
        EVENTUALLY(std::abs(fixture.window().player().positionS() - 90) < 0.3);
        EVENTUALLY_EQUAL(fixture.window().player().volume(), 40.0);
        EVENTUALLY_EQUAL(fixture.window().player().speed(), 1.5);
        QCOMPARE(fixture.lastText("echoText"), QStringLiteral("Goes on at 1:30"));
        fixture.child<QPushButton>("echoUndo")->click();
        EVENTUALLY(fixture.window().player().positionS() < 0.3);
        PlaybackMemory(fixture.window().settings()).setOn(false);
        fixture.window().player().seek(60);
        EVENTUALLY(fixture.window().player().positionS() > 59);
        fixture.restart();
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        QTest::qWait(50);
        QVERIFY(fixture.window().player().positionS() < 0.3);
    }

    void whatWasAskedForIsKeptBeforeItIsShown() {
        WindowFixture fixture(longFilm());
        fixture.openVideo(clip_);
        MpvPlayer& player = fixture.window().player();
        EVENTUALLY(player.isLoaded());
        player.setSpeed(1.5);
        player.seek(90);
        // Nothing of it has been done when the file goes.
        QVERIFY(player.positionS() < 0.3);
        player.open(clip_);
        EVENTUALLY(player.isLoaded());
        QCOMPARE(player.headedToS(), 90.0);
        EVENTUALLY(std::abs(player.positionS() - 90) < 0.3);
        EVENTUALLY_EQUAL(player.speed(), 1.5);
    }

    void aSeekWhileAFilmIsLoadedIsDoneOnceItIs() {
        WindowFixture fixture(longFilm());
        fixture.openVideo(clip_);
        MpvPlayer& player = fixture.window().player();
        EVENTUALLY(player.isLoaded());
        player.open(clip_);
        QVERIFY(!player.isLoaded());
        player.seek(60);
        EVENTUALLY(std::abs(player.positionS() - 60) < 0.3);
        EVENTUALLY(!player.isSeeking());
        QVERIFY(std::abs(player.positionS() - 60) < 0.3);
    }

    void whatIsKeptOfAVideoIsShownAndForgotten() {
        std::mutex mutex;
        std::map<std::string, StoredVideo> kept;
        std::vector<std::string> forgotten;
        WindowFixture fixture(longFilm(), true, {}, [&](WindowSetup& setup) {
            setup.storage.folder = "/cache/reelquery";
            setup.storage.list = [&] {
                const std::lock_guard lock(mutex);
                return kept;
            };
            setup.storage.forget = [&](const std::string& content) {
                const std::lock_guard lock(mutex);
                forgotten.push_back(content);
                kept.erase(content);
            };
        });
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What is shown?"));
        fixture.finish();
        QVERIFY(fixture.kept());
        const std::string content = fixture.window().store().conversation().videoHash.toStdString();
        const QString id = fixture.window().store().conversation().id;
        kept = {{content, {3 << 20, 1 << 10}}, {"2-other", {5 << 20, 0}}};
        fixture.window().player().seek(90);
        EVENTUALLY(fixture.window().player().positionS() > 89);
        command(fixture, ActionId::kStorage).trigger();
        auto* table = fixture.child<QTableWidget>("storageTable");
        EVENTUALLY_EQUAL(table->rowCount(), 2);
        int row = 0;
        while (table->item(row, 0)->text() != QStringLiteral("clip.mp4")) QVERIFY(++row < 2);
        QCOMPARE(table->item(row, 1)->text(), QStringLiteral("1"));
        QCOMPARE(table->item(row, 2)->text(), bytesText(3 << 20));
        QCOMPARE(table->item(row, 3)->text(), bytesText(1 << 10));
        table->selectRow(row);
        fixture.child<QPushButton>("forgetButton")->click();
        QVERIFY(forgotten.empty() && fixture.window().store().count() == 1);  // only asked
        fixture.child<QPushButton>("forgetForGood")->click();
        EVENTUALLY_EQUAL(table->rowCount(), 1);
        QCOMPARE(forgotten, std::vector<std::string>{content});
        EVENTUALLY(!fixture.kept(id));
        const QString settings = fixture.folder() + QStringLiteral("/reelquery.ini");
        fixture.restart();
        QFile file(settings);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(
            !file.readAll().contains("\\\"content\\\":\\\"" + QByteArray::fromStdString(content)));
    }

    void aStretchIsPlayedAgainAndAgain() {
        WindowFixture fixture(longFilm());
        fixture.openVideo(clip_);
        MpvPlayer& player = fixture.window().player();
        EVENTUALLY(player.isLoaded());
        QAction& loop = command(fixture, ActionId::kLoop);
        player.seek(20);
        EVENTUALLY(player.positionS() == 20);
        loop.trigger();
        player.seek(21);
        EVENTUALLY(player.positionS() == 21);
        loop.trigger();
        QCOMPARE(player.loop(), (PlayerLoop{20.0, 21.0}));
        player.setSpeed(4);
        player.setPaused(false);
        int turns = 0;
        double before = player.positionS(), furthest = 0;
        connect(&player, &MpvPlayer::positionChanged, this, [&](double now) {
            turns += now < before - 0.3 ? 1 : 0;
            before = now;
            furthest = std::max(furthest, now);
        });
        EVENTUALLY(turns >= 2);
        QVERIFY2(furthest < 21.5, qPrintable(QString::number(furthest)));
        loop.trigger();
        QCOMPARE(player.loop(), PlayerLoop());
        EVENTUALLY(player.positionS() > 22);
    }

    void theEndsOfARangeAreDragged() {
        WindowFixture fixture(longFilm());
        fixture.openVideo(clip_);
        auto* timeline = fixture.child<TimelineView>("timeline");
        VideoState& video = fixture.window().video();
        const auto xOf = [timeline](double seconds) {
            for (int x = 0; x < timeline->width(); ++x)
                if (timeline->secondsAt(x) >= seconds) return x;
            return timeline->width() - 1;
        };
        const auto drag = [&](double from, double to, Qt::KeyboardModifiers keys) {
            QTest::mousePress(timeline, Qt::LeftButton, keys, QPoint(xOf(from), 20));
            QMouseEvent move(QEvent::MouseMove, QPointF(xOf(to), 20),
                             timeline->mapToGlobal(QPointF(xOf(to), 20)), Qt::NoButton,
                             Qt::LeftButton, keys);
            QCoreApplication::sendEvent(timeline, &move);
            QTest::mouseRelease(timeline, Qt::LeftButton, keys, QPoint(xOf(to), 20));
        };
        const double pixel = timeline->durationS() / timeline->width();
        drag(100, 40, Qt::ShiftModifier);  // backwards, too
        QVERIFY(std::abs(*video.rangeFromS() - 40) < 2 * pixel);
        QVERIFY(std::abs(*video.rangeToS() - 100) < 2 * pixel);
        drag(100, 120, Qt::NoModifier);
        QVERIFY(std::abs(*video.rangeToS() - 120) < 3 * pixel);
        QVERIFY(std::abs(*video.rangeFromS() - 40) < 2 * pixel);
        drag(40, 60, Qt::NoModifier);
        QVERIFY(std::abs(*video.rangeFromS() - 60) < 3 * pixel);
    }

    void everyCommandHasARowInTheKeyEditor() {
        WindowFixture fixture;
        command(fixture, ActionId::kSettings).trigger();
        auto* table = fixture.child<QTableWidget>("keyTable");
        for (int id = 0; id < int(ActionId::kCount); ++id) {
            const QString name = command(fixture, ActionId(id)).objectName();
            QVERIFY2(table->findChild<QWidget*>(QStringLiteral("keyEdit-") + name),
                     qPrintable(name));
        }
        auto* library = fixture.child<QDockWidget>("libraryDock");
        const bool before = library->isVisible();
        command(fixture, ActionId::kShowLibrary).trigger();
        QCOMPARE(library->isVisible(), !before);
        QCOMPARE(command(fixture, ActionId::kShowLibrary).isChecked(), !before);
        library->close();
        QVERIFY(!command(fixture, ActionId::kShowLibrary).isChecked());
    }

    void whatIsKnownOfTheVideoIsShown() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        command(fixture, ActionId::kVideoInfo).trigger();
        auto* info = fixture.child<QWidget>("videoInfo");
        QVERIFY(info);
        QStringList texts;
        for (const QLabel* label : info->findChildren<QLabel*>()) texts.append(label->text());
        const QString all = texts.join(QLatin1Char('\n'));
        for (const char* part : {"clip.mp4", "Container", "h264", "Audio codec"})
            QVERIFY2(all.contains(QLatin1String(part), Qt::CaseInsensitive), part);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    // A program for aCrashIsTold.
    if (argc == 4 && QByteArray(argv[1]) == "--run") {
        const QCoreApplication application(argc, argv);
        const reelquery::CrashWatch watch(QString::fromLocal8Bit(argv[2]));
        const QByteArray how = argv[3];
        if (how == "fault") std::raise(SIGSEGV);
        if (how == "abort") std::abort();
        if (how == "kill") std::raise(SIGKILL);
        return 0;
    }
    return reelquery::runTest<reelquery::DesktopTest>(argc, argv);
}

#include "desktop_test.moc"
