// What the window survives and keeps up: restarts, kills, moved files, keys, long answers, many
// rounds.

#include <QAccessible>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QFileDialog>
#include <QProcess>
#include <QPushButton>
#include <QTest>
#include <QTextStream>
#include <QTimer>

#include "app/gui/conversation/question_box.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/process_figures.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

class EnduranceTest : public ClipTest {
    Q_OBJECT

    /// Copies the clip, asks about the copy and waits until the library can tell it by its content.
    void askAboutCopy(WindowFixture& fixture, const QString& copy) {
        QVERIFY(QFile::copy(clip_, copy));
        fixture.openVideo(copy);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        EVENTUALLY(!fixture.window().store().conversation().videoHash.isEmpty());
    }

  private Q_SLOTS:

    void anotherConversationLetsTheAnswerGoOn() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kAnswer));
        EVENTUALLY_EQUAL(fixture.answer().text, QStringLiteral("At "));
        const QString before = fixture.window().store().conversation().id;
        fixture.window().store().startNew(clip_);
        QVERIFY(!fixture.window().runner().isRunning());
        QVERIFY(fixture.window().runner().isRunning(before));
        fixture.fake().finish();
        EVENTUALLY(!fixture.window().runner().isBusy());
        QCOMPARE(fixture.window().store().count(), 0);
        const auto kept = fixture.kept(before);
        QCOMPARE(kept->exchanges.front().answers.front().text.toStdString(), FakeScript().answer);
    }

    void aRestartBringsTheConversationBack() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        AskSettings settings = fixture.window().settings().ask();
        settings.attention.selector.threshold = 0.8;
        fixture.window().settings().setAsk(settings);
        fixture.restart();
        QCOMPARE(fixture.window().store().count(), 1);
        EVENTUALLY_EQUAL(fixture.window().video().path(), clip_);
        QCOMPARE(fixture.answer().text.toStdString(), FakeScript().answer);
        QCOMPARE(fixture.window().video().cited().size(), 2U);
    }

    void aKilledProcessLosesNothing() {
        QTemporaryDir folder;
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--ask-and-wait"), folder.path(), clip_});
        QVERIFY(child.waitForReadyRead(30'000));
        child.kill();
        QVERIFY(child.waitForFinished());
        WindowFixture fixture({}, true, folder.path());
        QCOMPARE(fixture.window().store().count(), 2);
        QCOMPARE(fixture.answer(0).text.toStdString(), FakeScript().answer);
        QVERIFY(fixture.answer(1).status == AnswerStatus::kStopped);
        QCOMPARE(fixture.window().store().at(1).question, QStringLiteral("Second?"));
    }

    void aMovedVideoIsFoundByItsContent() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString before = folder.filePath(QStringLiteral("before.mp4")),
                      after = folder.filePath(QStringLiteral("after.mp4"));
        askAboutCopy(fixture, before);
        if (QTest::currentTestFailed()) return;
        QVERIFY(QFile::rename(before, after));
        fixture.restart();
        QVERIFY(fixture.lastText("noticeMessage").contains(QLatin1String("is not where it was")));
        QVERIFY(fixture.child<QPushButton>("noticeButton")->isVisible());
        QFile other(folder.filePath(QStringLiteral("other.mp4")));
        QVERIFY(other.open(QIODevice::WriteOnly));
        other.write("something else");
        other.close();
        fixture.window().opener().relink(other.fileName());
        EVENTUALLY(fixture.lastText("noticeMessage").contains(QLatin1String("is another video")));
        // The way on is there as often as the wrong file is chosen.
        QVERIFY(fixture.child<QPushButton>("noticeButton")->isVisible());
        QCOMPARE(fixture.child<QPushButton>("noticeButton")->text(), QStringLiteral("Find it…"));
        QTest::mouseClick(fixture.child<QPushButton>("noticeButton"), Qt::LeftButton);
        auto* dialog = fixture.window().findChild<QFileDialog*>();
        QVERIFY(dialog);
        chooseIn(*dialog, other.fileName());
        EVENTUALLY(fixture.lastText("noticeMessage").contains(QLatin1String("is another video")));
        EVENTUALLY(fixture.child<QPushButton>("noticeButton")->isVisible());
        fixture.window().opener().relink(after);
        EVENTUALLY((fixture.fake().finish(), fixture.window().video().path() == after));
        QCOMPARE(fixture.window().store().conversation().videoPath, after);
        QCOMPARE(fixture.window().store().count(), 1);
    }

    void aLibraryOfAnEarlierVersionTakesTheMovedVideoThatIsPicked_data() {
        QTest::addColumn<QByteArray>("hash");
        QTest::newRow("SHA-256") << QByteArray(32, '\xA7');
        QTest::newRow("64 pieces") << QByteArray("0123456789abcdef0123456789abcdef");
    }

    void aLibraryOfAnEarlierVersionTakesTheMovedVideoThatIsPicked() {
        QFETCH(QByteArray, hash);
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString before = folder.filePath(QStringLiteral("before.mp4")),
                      after = folder.filePath(QStringLiteral("after.mp4"));
        askAboutCopy(fixture, before);
        if (QTest::currentTestFailed()) return;
        const QByteArray today = fixture.window().store().conversation().videoHash;
        fixture.window().store().setVideo(before, hash);
        QVERIFY(QFile::rename(before, after));
        fixture.restart();
        fixture.window().opener().relink(after);
        EVENTUALLY((fixture.fake().finish(), fixture.window().video().path() == after));
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.window().store().conversation().videoHash, today);
    }

    void aMovedVideoThatIsOpenedBringsItsConversation() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString before = folder.filePath(QStringLiteral("before.mp4"));
        const QString after = folder.filePath(QStringLiteral("after.mp4"));
        askAboutCopy(fixture, before);
        if (QTest::currentTestFailed()) return;
        QVERIFY(QFile::rename(before, after));
        fixture.openVideo(after);
        EVENTUALLY_EQUAL(fixture.window().store().count(), 1);
        QCOMPARE(fixture.window().store().conversation().videoPath, after);
        QCOMPARE(fixture.listed().size(), 1U);
    }

    void closingMidPrefillIsQuick() {
        const double tookMs = leastOfThree(kCloseMs, [this] {
            auto fixture = std::make_unique<WindowFixture>();
            fixture->openVideo(clip_);
            fixture->ask(QStringLiteral("What happens?"));
            if (!fixture->fake().advanceTo(Phase::kPrefill)) return kNeverMs;
            QElapsedTimer timer;
            timer.start();
            fixture->window().close();
            fixture.reset();
            return double(timer.elapsed());
        });
        QVERIFY2(tookMs < kCloseMs, qPrintable(QString::number(tookMs)));
    }

    void singleKeysGoWhereTheyBelong() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        MpvPlayer& player = fixture.window().player();
        EVENTUALLY(player.isLoaded());
        auto* box = fixture.child<QuestionBox>("questionBox");
        box->setFocus();
        QTest::keyClicks(box, QStringLiteral("k m "));
        QCOMPARE(box->toPlainText(), QStringLiteral("k m "));
        QVERIFY(player.isPaused() && !player.isMuted());
        fixture.child<TimelineView>("timeline")->setFocus();
        QTest::keyClick(&fixture.window(), Qt::Key_Space);
        EVENTUALLY(!player.isPaused());
        QTest::keyClick(&fixture.window(), Qt::Key_K);
        EVENTUALLY(player.isPaused());
        QTest::keyClick(&fixture.window(), Qt::Key_5);
        EVENTUALLY(std::abs(player.positionS() - player.durationS() / 2) < 0.5);
        QTest::keyClick(&fixture.window(), Qt::Key_Right, Qt::ShiftModifier);
        EVENTUALLY(std::abs(player.positionS() - player.durationS() / 2 - 1) < 0.5);
        // Space presses a focused button instead of playing.
        auto* choose = fixture.child<QPushButton>("compareButton");
        choose->setFocus();
        QVERIFY(choose->isEnabled());
        QTest::keyClick(choose, Qt::Key_Space);
        QVERIFY(player.isPaused());
        QVERIFY(fixture.window().runner().isRunning());
    }

    void keysCanBeChanged() {
        WindowFixture fixture;
        auto* actions = fixture.window().findChild<WindowActions*>();
        actions->setKeys(*actions->at(ActionId::kMute), {QKeySequence(Qt::Key_K)});
        QVERIFY(!actions->at(ActionId::kPlay)->shortcuts().contains(QKeySequence(Qt::Key_K)));
        fixture.restart();
        actions = fixture.window().findChild<WindowActions*>();
        QCOMPARE(actions->at(ActionId::kMute)->shortcuts(),
                 QList<QKeySequence>{QKeySequence(Qt::Key_K)});
        actions->resetKeys();
        QVERIFY(actions->at(ActionId::kPlay)->shortcuts().contains(QKeySequence(Qt::Key_K)));
    }

    void everyControlHasANameForScreenReaders() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QStringList nameless;
        for (QWidget* widget : fixture.window().findChildren<QWidget*>()) {
            if (!widget->isVisible() || !(widget->focusPolicy() & Qt::TabFocus)) continue;
            QAccessibleInterface* reader = QAccessible::queryAccessibleInterface(widget);
            if (!reader || reader->text(QAccessible::Name).isEmpty()) {
                nameless.append(QStringLiteral("%1 “%2”").arg(
                    QLatin1String(widget->metaObject()->className()), widget->objectName()));
            }
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral(", "))));
        QAccessibleInterface* timeline =
            QAccessible::queryAccessibleInterface(fixture.child<TimelineView>("timeline"));
        QCOMPARE(timeline->role(), QAccessible::Slider);
        QVERIFY(timeline->text(QAccessible::Value).contains(QLatin1String(" of ")));
        QVERIFY(timeline->valueInterface());
    }

    void tabLeavesTheQuestionBox() {
        WindowFixture fixture;
        auto* box = fixture.child<QuestionBox>("questionBox");
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Tab);
        QVERIFY(QApplication::focusWidget() != box);
    }

    void theWindowStaysResponsiveWhileALongAnswerStreams_data() {
        QTest::addColumn<int>("words");
        QTest::newRow("600 words") << 600;
        QTest::newRow("3000 words") << 3000;
    }

    void theWindowStaysResponsiveWhileALongAnswerStreams() {
        QFETCH(int, words);
        FakeScript script;
        script.frames = 256;
        script.durationS = 3600;
        script.answer.clear();
        for (int word = 0; word < words; ++word)
            script.answer += (word % 40 == 39 ? "\n\n* At " + std::to_string(word / 20) + ":05 "
                                              : "something happens ");
        WindowFixture fixture(script);
        fixture.openVideo(clip_);
        QTest::qWait(100);
        const double longestMs = longestMsOf([&] {
            fixture.window().store().truncate(0);
            fixture.ask(QStringLiteral("Everything, please."));
            // Stands for the engine's thread: bursts of events between turns of the loop.
            QTimer engine;
            QObject::connect(&engine, &QTimer::timeout,
                             [&] { fixture.fake().advance(words / 150); });
            engine.start(2);
            QEventLoop loop;
            QObject::connect(&fixture.window().runner(), &QuestionRunner::finished, &loop,
                             &QEventLoop::quit);
            QTimer::singleShot(60'000, &loop, &QEventLoop::quit);
            loop.exec();
            QVERIFY(!fixture.window().runner().isRunning());
        });
        QCOMPARE(fixture.answer().text.toStdString(), script.answer);
        QVERIFY2(longestMs < kHitchMs, qPrintable(QString::number(longestMs)));
    }

    void manyRoundsLeaveNothingBehind() {
        WindowFixture fixture;
        qint64 before = 0;
        int threads = 0;
        const auto round = [&] {
            fixture.openVideo(clip_);
            fixture.ask(QStringLiteral("What happens?"));
            fixture.fake().advanceTo(Phase::kPrefill);
            fixture.window().runner().stop();
            fixture.finish();
            QTest::qWait(20);
        };
        for (int warm = 0; warm < 25; ++warm) round();
        before = residentBytes();
        QTest::qWait(1000);  // the player has the file open, with all the threads it needs
        threads = threadCount();
        for (int at = 0; at < 50; ++at) round();
        const double growth = double(residentBytes() - before) / double(before);
        qInfo("memory grew by %.2f %% of %lld MiB", growth * 100,
              static_cast<long long>(before >> 20));
        QVERIFY2(growth < 0.03, qPrintable(QString::number(growth)));
        // Qt's pool may be awake, and the player is still opening the last file.
        EVENTUALLY(threadCount() <= threads + 1);
    }
};

/// The child of aKilledProcessLosesNothing: asks, is half way through a second question, waits.
int askAndWait(const QString& folder, const QString& clip) {
    WindowFixture fixture({}, true, folder);
    fixture.openVideo(clip);
    fixture.ask(QStringLiteral("First?"));
    fixture.finish();
    fixture.ask(QStringLiteral("Second?"));
    fixture.fake().advanceTo(Phase::kPrefill);
    if (!comesTrue([&] { return fixture.window().keeper().isAllSaved(); })) return 1;
    QTextStream(stdout) << "ready" << Qt::endl;
    QTest::qWait(60'000);
    return 1;
}

}  // namespace reelquery

int main(int argc, char** argv) {
    reelquery::TestApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 4 && arguments[1] == QLatin1String("--ask-and-wait")) {
        return reelquery::askAndWait(arguments[2], arguments[3]);
    }
    reelquery::EnduranceTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "endurance_test.moc"
