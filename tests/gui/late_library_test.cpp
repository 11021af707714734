// A library that answers late: what is wanted, asked or removed meanwhile goes to the right place.

#include <QAbstractButton>
#include <QDir>
#include <QMessageBox>
#include <QSignalSpy>
#include <QTest>

#include "app/gui/library/library_panel.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/faulty_disk.h"

namespace reelquery {

class LateLibraryTest : public ClipTest {
    Q_OBJECT

    QTemporaryDir folder_;

    void hang() {
        setDiskFault(folder_.filePath(QStringLiteral("library.sqlite")).toStdString(),
                     DiskFault::kHang);
    }

    static void goOn() { setDiskFault({}, DiskFault::kNone); }

    static QString shownId(WindowFixture& fixture) {
        return fixture.window().store().conversation().id;
    }

    static void startAnother(WindowFixture& fixture) {
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
    }

    static LibraryPanel& panel(WindowFixture& fixture) {
        return *fixture.window().findChild<LibraryPanel*>();
    }

    /// Asks in a conversation of its own, saves it and leaves it. Its id.
    QString askAndLeave(WindowFixture& fixture, const QString& question) {
        startAnother(fixture);
        fixture.ask(question);
        fixture.finish();
        const QString id = shownId(fixture);
        if (!fixture.kept(id)) qWarning("not saved");
        startAnother(fixture);
        return id;
    }

    static void waitUntilAnswered(WindowFixture& fixture) {
        EVENTUALLY(fixture.window().library().isIdle());
        fixture.settle();
    }

  private Q_SLOTS:

    void init() {
        goOn();
        QDir(folder_.path()).removeRecursively();
        QVERIFY(QDir().mkpath(folder_.path()));
    }

    void cleanup() { goOn(); }

    void theLastWishWins() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        const QString first = askAndLeave(fixture, QStringLiteral("First?"));
        const QString second = askAndLeave(fixture, QStringLiteral("Second?"));
        hang();
        // A video after a click in the library:
        const QString other = pathOf(QStringLiteral("other.mp4"));
        fixture.window().opener().showConversation(first);
        fixture.openVideo(other);
        goOn();
        waitUntilAnswered(fixture);
        QCOMPARE(fixture.window().video().path(), other);
        QCOMPARE(fixture.window().store().count(), 0);
        hang();
        // A new conversation after it:
        fixture.window().opener().showConversation(first);
        startAnother(fixture);
        const QString fresh = shownId(fixture);
        goOn();
        waitUntilAnswered(fixture);
        QCOMPARE(shownId(fixture), fresh);
        hang();
        // A second click, and a third on the same one:
        QSignalSpy shown(&fixture.window().store(), &ConversationStore::shown);
        for (const QString& id : {first, second, second})
            fixture.window().opener().showConversation(id);
        goOn();
        waitUntilAnswered(fixture);
        QCOMPARE(shownId(fixture), second);
        QCOMPARE(shown.count(), 1);
        QCOMPARE(fixture.window().video().path(), clip_);
    }

    void aConversationThatIsRenamedAsItIsOpenedStaysOne() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        const QString id = askAndLeave(fixture, QStringLiteral("First?"));
        EVENTUALLY(!fixture.window().store().find(id));
        hang();
        fixture.window().opener().showConversation(id);
        Q_EMIT panel(fixture).renameRequested(id, QStringLiteral("The yard"));
        goOn();
        waitUntilAnswered(fixture);
        QCOMPARE(shownId(fixture), id);
        fixture.ask(QStringLiteral("Second?"));
        fixture.finish();
        const auto kept = fixture.kept(id);
        QCOMPARE(shownId(fixture), id);
        QCOMPARE(kept->title, QStringLiteral("The yard"));
        QCOMPARE(kept->exchanges.size(), 2U);
        QCOMPARE(fixture.listed().size(), 1U);
    }

    void whatIsDeletedForGoodWhileItIsAnsweredStaysGone() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("First?"));
        QVERIFY(fixture.fake().advanceTo(Phase::kPrefill));
        const QString id = shownId(fixture);
        QVERIFY(fixture.kept(id));
        startAnother(fixture);
        Q_EMIT panel(fixture).removeRequested(id);
        Q_EMIT panel(fixture).eraseRequested(id);
        // The engine hears of it later.
        EVENTUALLY(fixture.window().library().isIdle());
        EVENTUALLY((fixture.fake().finish(), !fixture.window().runner().isBusy()));
        QVERIFY(fixture.listed().empty());
        LibraryFile file(folder_.filePath(QStringLiteral("library.sqlite")));
        QVERIFY(file.list({}, true).empty());
        QVERIFY(!fixture.window().store().find(id));
    }

    void aConversationThatIsRemovedAsItIsOpenedLeavesTheScreen() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        const QString id = askAndLeave(fixture, QStringLiteral("First?"));
        EVENTUALLY(!fixture.window().store().find(id));
        hang();
        fixture.window().opener().showConversation(id);
        Q_EMIT panel(fixture).removeRequested(id);
        goOn();
        waitUntilAnswered(fixture);
        QVERIFY(shownId(fixture) != id);
        QVERIFY(fixture.listed().empty());
    }

    void closingAsksWhereTheDiskDoesNotAnswer() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        hang();
        fixture.ask(QStringLiteral("First?"));
        fixture.finish();
        const QString id = shownId(fixture);
        fixture.window().close();
        const auto question = [&fixture] {
            return fixture.window().findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        };
        EVENTUALLY(question() && question()->isVisible());
        QVERIFY(
            question()->text().startsWith(QLatin1String("1 conversation is still being saved")));
        QTest::mouseClick(question()->findChild<QAbstractButton*>(QStringLiteral("stayButton")),
                          Qt::LeftButton);
        EVENTUALLY(!question());
        QVERIFY(fixture.window().isVisible());
        goOn();
        QCOMPARE(fixture.kept(id)->exchanges.size(), 1U);
        QVERIFY(fixture.window().close());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::LateLibraryTest>(argc, argv);
}

#include "late_library_test.moc"
