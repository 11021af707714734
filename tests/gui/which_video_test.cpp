// Which video the window is about, and that no answer goes to the wrong place.

#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QListWidget>
#include <QPushButton>
#include <QSemaphore>
#include <QSettings>
#include <QTest>
#include <QToolButton>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/conversation/question_box.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/watched_application.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

class WhichVideoTest : public ClipTest {
    Q_OBJECT

    static QListWidget* shownList(WindowFixture& fixture) {
        fixture.child<QDockWidget>("libraryDock")->show();
        return fixture.child<QListWidget>("libraryList");
    }

    static void click(QListWidget& list, int row) {
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {},
                          list.visualItemRect(list.item(row)).center());
    }

    static QString shownId(WindowFixture& fixture) {
        return fixture.window().store().conversation().id;
    }

    /// Puts a copy of the clip there, asks about it, and waits until it is known by its content.
    void askAboutCopy(WindowFixture& fixture, const QString& copy) {
        QVERIFY(QFile::copy(clip_, copy));
        fixture.openVideo(copy);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QVERIFY(!fixture.kept()->videoHash.isEmpty());
    }

    static void overwrite(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

  private Q_SLOTS:

    void aVideoThatCannotBeOpenedLeavesNothingToAsk() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("broken-later.mp4"));
        fixture.fake().script().badPath = "nothing";
        QVERIFY(QFile::copy(clip_, path));
        fixture.openVideo(path);
        fixture.ask(QStringLiteral("About the first?"));
        fixture.finish();
        const QString first = shownId(fixture);
        // A library of before, that does not know the content.
        fixture.window().store().setVideo(path, {});
        QVERIFY(fixture.kept(first));
        fixture.openVideo(clip_);
        fixture.fake().script().badPath = "broken-later";
        fixture.window().opener().showConversation(first);
        EVENTUALLY(fixture.window().store().isShown(first));
        // Not even while it is being opened:
        QVERIFY(fixture.window().video().path().isEmpty());
        fixture.ask(QStringLiteral("About which?"));
        fixture.settle();
        EVENTUALLY_EQUAL(fixture.lastText("noticeMessage").toStdString(),
                         fixture.fake().script().badMessage);
        QVERIFY(fixture.window().video().path().isEmpty());
        EVENTUALLY(!fixture.window().player().isLoaded());
        fixture.ask(QStringLiteral("About which?"));
        QVERIFY(!fixture.child<QPushButton>("askButton")->isEnabled());
        QCOMPARE(fixture.fake().asked().size(), 1U);
        QCOMPARE(fixture.window().store().count(), 1);
        QCOMPARE(fixture.child<QPushButton>("noticeButton")->text(), QStringLiteral("Find it…"));
    }

    void aFileThatIsGoneIsSaidHoweverSoonTheEngineKnows() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("moved-away.mp4"));
        askAboutCopy(fixture, path);
        if (QTest::currentTestFailed()) return;
        const QString id = shownId(fixture);
        fixture.openVideo(clip_);
        QVERIFY(QFile::remove(path));
        fixture.fake().script().badPath = "moved-away";
        QSemaphore disk;  // that takes its time
        for (int thread = 0; thread < filePool().maxThreadCount(); ++thread)
            filePool().start([&disk] { disk.acquire(); });
        fixture.window().opener().showConversation(id);
        EVENTUALLY(fixture.window().store().isShown(id));
        for (int turn = 0; turn < 10; ++turn) {
            fixture.fake().finish();
            QTest::qWait(10);
        }
        disk.release(filePool().maxThreadCount());
        fixture.settle();
        EVENTUALLY_EQUAL(fixture.lastText("noticeMessage"),
                         QStringLiteral("“moved-away.mp4” is not where it was."));
        QCOMPARE(fixture.child<QPushButton>("noticeButton")->text(), QStringLiteral("Find it…"));
    }

    void otherContentUnderTheSameNameIsNoticed() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("recording.mp4"));
        askAboutCopy(fixture, path);
        if (QTest::currentTestFailed()) return;
        const QString id = shownId(fixture);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        overwrite(path, "tonight's recording");
        fixture.window().opener().showConversation(id);
        fixture.settle();
        EVENTUALLY(
            fixture.lastText("noticeMessage").contains(QLatin1String("is another video now")));
        QVERIFY(fixture.window().video().path().isEmpty());
        fixture.ask(QStringLiteral("About which?"));
        QCOMPARE(fixture.fake().asked().size(), 1U);
        // It can be asked about by itself.
        QTest::mouseClick(fixture.child<QPushButton>("noticeButton2"), Qt::LeftButton);
        fixture.settle();
        EVENTUALLY_EQUAL(fixture.window().video().path(), path);
        QVERIFY(shownId(fixture) != id);
        QCOMPARE(fixture.window().store().count(), 0);
    }

    void contentThatChangesWhileItIsOpenIsNoticedWithTheAnswer() {
        WindowFixture fixture;
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("recording.mp4"));
        askAboutCopy(fixture, path);
        if (QTest::currentTestFailed()) return;
        overwrite(path, "tonight's recording");
        fixture.ask(QStringLiteral("And now?"));
        fixture.finish();
        EVENTUALLY(
            fixture.lastText("noticeMessage").contains(QLatin1String("is another video now")));
        QVERIFY(fixture.window().video().path().isEmpty());
    }

    void openingAVideoDoesNotWaitForAnAnswer() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("A long one?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        const QString first = shownId(fixture);
        const QString other = pathOf(QStringLiteral("other.mp4"));
        fixture.window().opener().openPath(other);
        fixture.fake().finishProbes();
        EVENTUALLY_EQUAL(fixture.window().video().path(), other);
        QVERIFY(fixture.window().windowTitle().contains(QLatin1String("other.mp4")));
        QVERIFY(fixture.window().runner().isRunning(first));
        QVERIFY(!fixture.window().runner().isRunning());
        QListWidget* list = shownList(fixture);
        EVENTUALLY(list->count() == 1 &&
                   list->item(0)->text().contains(QStringLiteral("answering…")));
        // A question about the other video waits its turn, and goes to its own place.
        fixture.ask(QStringLiteral("What is in the other?"));
        QCOMPARE(fixture.fake().asked().back().video, other.toStdString());
        QVERIFY(fixture.answer().status == AnswerStatus::kWaiting);
        const QString second = shownId(fixture);
        fixture.finish();
        EVENTUALLY(!fixture.window().runner().isBusy());
        const auto firstKept = fixture.kept(first), secondKept = fixture.kept(second);
        QCOMPARE(firstKept->exchanges[0].question, QStringLiteral("A long one?"));
        QCOMPARE(firstKept->videoPath, clip_);
        QCOMPARE(secondKept->exchanges[0].question, QStringLiteral("What is in the other?"));
        QCOMPARE(secondKept->videoPath, other);
        for (const auto& kept : {firstKept, secondKept})
            QVERIFY(kept->exchanges[0].answers[0].status == AnswerStatus::kDone);
    }

    void aClickInTheLibraryThrowsNoAnswerAway() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("The first?"));
        fixture.finish();
        const QString first = shownId(fixture);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        fixture.ask(QStringLiteral("The second?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kAnswer));
        EVENTUALLY_EQUAL(fixture.answer().text, QStringLiteral("At "));
        const QString second = shownId(fixture);
        QListWidget* list = shownList(fixture);
        EVENTUALLY_EQUAL(list->count(), 2);
        QCOMPARE(list->currentRow(), 0);
        click(*list, 0);  // the one that is on screen and being answered
        QTest::qWait(50);
        QVERIFY(fixture.window().runner().isRunning());
        click(*list, 1);
        EVENTUALLY(fixture.window().store().isShown(first));
        fixture.settle();
        QVERIFY(fixture.window().runner().isRunning(second) || !fixture.window().runner().isBusy());
        QCOMPARE(fixture.child<QPushButton>("askButton")->text(), QStringLiteral("Ask"));
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        QCOMPARE(fixture.kept(second)->exchanges[0].answers[0].text.toStdString(),
                 FakeScript().answer);
        QCOMPARE(fixture.kept(first)->exchanges.size(), 1U);
        // Its moments have their pictures, though it was not on screen when it ended.
        EVENTUALLY(!fixture.kept(second)->pictures.empty());
    }

    void theFramesOfAQuestionAreThereWhenItIsGoneBackTo() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("The first?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kDecode));
        const QString first = shownId(fixture);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        fixture.window().opener().showConversation(first);
        EVENTUALLY(fixture.window().store().isShown(first));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        EVENTUALLY_EQUAL(fixture.window().video().frames().rowCount(), FakeScript().frames);
        fixture.finish();
        QVERIFY(!fixture.kept(first)->pictures.empty());
    }

    void whatIsTypedBelongsToItsConversation() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("The first?"));
        fixture.finish();
        const QString first = shownId(fixture);
        QVERIFY(fixture.kept());
        auto* box = fixture.child<QuestionBox>("questionBox");
        box->setPlainText(QStringLiteral("half a question about the clip"));
        fixture.openVideo(pathOf(QStringLiteral("other.mp4")));
        QVERIFY(box->toPlainText().isEmpty());
        box->setPlainText(QStringLiteral("another half"));
        fixture.window().opener().showConversation(first);
        EVENTUALLY(fixture.window().store().isShown(first));
        QCOMPARE(box->toPlainText(), QStringLiteral("half a question about the clip"));
    }

    void whatIsTypedIsThereAfterARestart() {
        WindowFixture fixture;
        const auto typed = [&fixture] {
            return fixture.child<QuestionBox>("questionBox")->toPlainText();
        };
        const auto type = [&fixture](const char* words) {
            fixture.child<QuestionBox>("questionBox")->setPlainText(QLatin1String(words));
        };
        // Before anything was asked about the film, and no library knows the conversation.
        fixture.openVideo(clip_);
        type("half a first question");
        fixture.restart();
        EVENTUALLY_EQUAL(fixture.window().video().path(), clip_);
        EVENTUALLY_EQUAL(typed(), QStringLiteral("half a first question"));
        // What was asked does not come back.
        fixture.ask(QStringLiteral("The first?"));
        fixture.finish();
        fixture.restart();
        EVENTUALLY_EQUAL(fixture.window().store().count(), 1);
        QCOMPARE(typed(), QString());
        // Of two conversations each has its own; what is being edited is not what was typed.
        const QString first = shownId(fixture);
        type("half a second question");
        fixture.window().findChild<ConversationPanel*>()->editExchange(0);
        fixture.openVideo(pathOf(QStringLiteral("other.mp4")));
        fixture.ask(QStringLiteral("Another?"));
        fixture.finish();
        type("another half");
        const QString second = shownId(fixture);
        fixture.restart();
        EVENTUALLY(fixture.window().store().isShown(second));
        QCOMPARE(typed(), QStringLiteral("another half"));
        fixture.window().opener().showConversation(first);
        EVENTUALLY(fixture.window().store().isShown(first));
        QCOMPARE(typed(), QStringLiteral("half a second question"));
        // A program that is killed had a moment to keep it.
        type("half a third question");
        EVENTUALLY(
            QSettings(fixture.folder() + QStringLiteral("/reelquery.ini"), QSettings::IniFormat)
                .value(QStringLiteral("drafts"))
                .toByteArray()
                .contains("half a third question"));
    }

    void theTrackThatWasChosenIsKept() {
        FakeScript script;
        script.pictureTracks = {{3, 640, 360, "eng", {}}, {5, 640, 360, "deu", {}}};
        QTemporaryDir folder;
        const QString one = pathOf(QStringLiteral("tracks.mp4")),
                      two = pathOf(QStringLiteral("other.mp4"));
        for (const QString& path : {one, two}) QVERIFY(QFile::copy(clip_, path));
        const auto stream = [](WindowFixture& fixture) {
            const auto& summary = fixture.window().video().summary();
            return summary ? summary->streamIndex : -1;
        };
        {
            WindowFixture fixture(script, true, folder.path());
            fixture.openVideo(one);
            fixture.window().opener().useTrack(2);
            fixture.settle();
            QCOMPARE(stream(fixture), 5);
            fixture.restart();  // nothing was asked
            QCOMPARE(fixture.window().video().path(), one);
            QCOMPARE(stream(fixture), 5);
            QCOMPARE(fixture.window().settings().ask().videoTrack, 2);
            fixture.openVideo(two);
            QCOMPARE(fixture.window().settings().ask().videoTrack, 0);
            fixture.openVideo(one);
            QCOMPARE(stream(fixture), 5);
        }
        // Another file lies there now, with one track.
        script.pictureTracks.clear();
        WindowFixture fixture(script, true, folder.path());
        EVENTUALLY_EQUAL(fixture.window().video().path(), one);
        QCOMPARE(fixture.window().settings().ask().videoTrack, 0);
    }

    void whatIsExportedIsWhatWasOnScreenWhenItWasAskedFor() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("The first?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kAnswer));
        fixture.window().findChild<WindowActions*>()->at(ActionId::kExport)->trigger();
        auto* dialog = fixture.window().findChild<QFileDialog*>();
        QVERIFY(dialog);
        // While the file's name is being chosen the answer ends, and something else is shown.
        fixture.openVideo(pathOf(QStringLiteral("other.mp4")));
        fixture.ask(QStringLiteral("Another?"));
        fixture.finish();
        EVENTUALLY(fixture.window().keeper().isAllSaved());
        const QString path = pathOf(QStringLiteral("exported.md"));
        Q_EMIT dialog->fileSelected(path);
        dialog->close();
        QByteArray text;
        EVENTUALLY_EQUAL(fixture.lastText("noticeMessage"),
                         QStringLiteral("Exported to %1.").arg(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        text = file.readAll();
        QVERIFY2(text.contains("## The first?") && !text.contains("Another?"), text.constData());
        QVERIFY2(text.contains("clip.mp4") && text.contains("nothing."), text.constData());
        QVERIFY2(text.contains("_stills/"), text.constData());
    }

    void theOldAnswersMarksGoWithIt() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        QVERIFY(!fixture.window().video().evidence().empty());
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        QVERIFY(fixture.window().video().evidence().empty());
        QVERIFY(fixture.window().video().cited().empty());
    }

    void aFolderOfManyFilesMakesNoConversationsAndNoStall() {
        WindowFixture fixture;
        QTemporaryDir folder;
        for (int number = 0; number < 500; ++number)
            overwrite(
                folder.filePath(QStringLiteral("%1.mp4").arg(number, 3, 10, QLatin1Char('0'))),
                "x");
        const double longestMs = longestMsOf([&] {
            fixture.window().opener().openPath(folder.path());
            EVENTUALLY((fixture.fake().finish(),
                        fixture.window().video().path().endsWith(QLatin1String("/000.mp4"))));
            EVENTUALLY_EQUAL(shownList(fixture)->count(), 499);
            fixture.openVideo(clip_);
            fixture.window().settings().setGivenVideos({});
        });
        QVERIFY2(longestMs < kHitchMs, qPrintable(QString::number(longestMs)));
        QVERIFY(fixture.listed().empty());
    }

    void picturesThatComeAfterTheLastSaveAreKept() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kAnswer));
        const QString asked = shownId(fixture);
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        QSemaphore gate;
        QThreadPool& pool = fixture.window().pictures().pool();
        pool.start([&gate] { gate.acquire(); }, 1);
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        // The answer is on disk, nothing but the pictures is wanted any more.
        LibraryFile file(fixture.folder() + QStringLiteral("/library.sqlite"));
        const auto onDisk = [&] {
            const auto kept = file.load(asked);
            return kept && !kept->exchanges.empty() && kept->exchanges[0].answers[0].isOver();
        };
        EVENTUALLY(onDisk());
        fixture.window().keeper().saveNow();
        QTest::qWait(50);
        QVERIFY(!fixture.window().keeper().isAllSaved());
        gate.release();
        QVERIFY(!fixture.kept(asked)->pictures.empty());
    }

    void picturesOfMomentsStay() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        EVENTUALLY(!fixture.window().store().conversation().pictures.empty());
        QVERIFY(fixture.kept());
        fixture.restart();
        EVENTUALLY_EQUAL(fixture.window().video().path(), clip_);
        QCOMPARE(fixture.window().video().frames().rowCount(), 0);
        const auto chips =
            fixture.window().findChildren<QToolButton*>(QStringLiteral("momentChip"));
        QCOMPARE(chips.size(), 2);
        for (const QToolButton* chip : chips) QVERIFY(!chip->icon().isNull());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::WhichVideoTest>(argc, argv);
}

#include "which_video_test.moc"
