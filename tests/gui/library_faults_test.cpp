// The library where the disk fails: nothing that was shown as saved is lost, and each case is said.

#include <QAbstractButton>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTest>

#include "app/gui/library/library_file.h"
#include "app/gui/look/notice_bar.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/faulty_disk.h"

namespace reelquery {

namespace {

/// The other program that has the library open.
class OtherProgram {
  public:
    explicit OtherProgram(const QString& file) {
        database_ = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name_);
        database_.setDatabaseName(file);
        if (!database_.open()) qFatal("the library cannot be opened");
    }

    ~OtherProgram() {
        database_.close();
        database_ = {};
        QSqlDatabase::removeDatabase(name_);
    }

    bool run(const char* statement) { return QSqlQuery(database_).exec(QLatin1String(statement)); }

  private:
    const QString name_ = QStringLiteral("other program");
    QSqlDatabase database_;
};

}  // namespace

class LibraryFaultsTest : public ClipTest {
    Q_OBJECT

    QTemporaryDir folder_;

    QString libraryFile() const { return folder_.filePath(QStringLiteral("library.sqlite")); }

    void fail(DiskFault fault) { setDiskFault(folder_.path().toStdString(), fault); }

    /// A library with one conversation in it, closed as programs close it.
    void fillLibrary() {
        WindowFixture fixture({}, true, folder_.path());
        askOne(fixture, "What was there?");
        QCOMPARE(fixture.kept()->exchanges.size(), 1U);
    }

    void askOne(WindowFixture& fixture, const char* question) {
        fixture.openVideo(clip_);
        fixture.ask(QLatin1String(question));
        fixture.finish();
    }

    static bool says(WindowFixture& fixture, const char* words) {
        return fixture.child<NoticeBar>("noticeBar")->isVisible() &&
               fixture.lastText("noticeMessage").contains(QString::fromUtf8(words));
    }

    QStringList setAside() const {
        return QDir(folder_.path()).entryList({QStringLiteral("*.damaged-*")}, QDir::Files);
    }

    static QListWidget* shownList(WindowFixture& fixture) {
        fixture.child<QDockWidget>("libraryDock")->show();
        return fixture.child<QListWidget>("libraryList");
    }

  private Q_SLOTS:

    void init() {
        fail(DiskFault::kNone);
        QDir(folder_.path()).removeRecursively();
        QVERIFY(QDir().mkpath(folder_.path()));
    }

    void cleanup() { fail(DiskFault::kNone); }

    void aDiskThatFailsAtTheStartLeavesTheLibraryAlone_data() {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("words");
        QTest::newRow("full") << int(DiskFault::kFull) << QStringLiteral("the disk is full");
        QTest::newRow("read-only") << int(DiskFault::kReadOnly) << QStringLiteral("is read-only");
    }

    void aDiskThatFailsAtTheStartLeavesTheLibraryAlone() {
        QFETCH(int, fault);
        QFETCH(QString, words);
        fillLibrary();
        if (QTest::currentTestFailed()) return;
        fail(DiskFault(fault));
        {
            WindowFixture fixture({}, true, folder_.path());
            EVENTUALLY(says(fixture, "Conversations cannot be saved"));
            QVERIFY2(fixture.lastText("noticeMessage").contains(words),
                     qPrintable(fixture.lastText("noticeMessage")));
            QCOMPARE(setAside(), QStringList());
            // What is in it can be read, and what is asked now is not lost once there is room.
            QListWidget* list = shownList(fixture);
            EVENTUALLY_EQUAL(list->count(), 1);
            askOne(fixture, "And now?");
            const QString id = fixture.window().store().conversation().id;
            EVENTUALLY(says(fixture, "could not be saved"));
            EVENTUALLY_EQUAL(list->count(), 2);
            QVERIFY(list->item(0)->text().contains(QLatin1String("not saved")));
            fail(DiskFault::kNone);
            EVENTUALLY(says(fixture, "All conversations are saved now"));
            QCOMPARE(fixture.kept(id)->exchanges.size(), 1U);
            EVENTUALLY(fixture.window().library().condition().problem.isEmpty());
        }
        QCOMPARE(LibraryFile(libraryFile()).list().size(), 2U);
    }

    void unsavedConversationsSurviveAnotherOneAndAreAskedAbout() {
        WindowFixture fixture({}, true, folder_.path());
        fixture.openVideo(clip_);
        fail(DiskFault::kFull);
        fixture.ask(QStringLiteral("First?"));
        fixture.finish();
        EVENTUALLY(says(fixture, "could not be saved: the disk is full."));
        const QString first = fixture.window().store().conversation().id;
        fixture.window().findChild<WindowActions*>()->at(ActionId::kNewConversation)->trigger();
        fixture.ask(QStringLiteral("Second?"));
        fixture.finish();
        const QString second = fixture.window().store().conversation().id;
        EVENTUALLY_EQUAL(fixture.window().keeper().unsaved().size(), 2U);
        // The first one can be gone back to.
        QListWidget* list = shownList(fixture);
        EVENTUALLY_EQUAL(list->count(), 2);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualItemRect(list->item(1)).center());
        EVENTUALLY(fixture.window().store().isShown(first));
        QCOMPARE(fixture.window().store().at(0).question, QStringLiteral("First?"));
        // Closing asks.
        fixture.window().close();
        const auto question = [&fixture] {
            return fixture.window().findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        };
        EVENTUALLY(question() && question()->isVisible());
        QVERIFY(fixture.window().isVisible());
        QVERIFY(question()->text().startsWith(QLatin1String("2 conversations")));
        QTest::mouseClick(question()->findChild<QAbstractButton*>(QStringLiteral("stayButton")),
                          Qt::LeftButton);
        EVENTUALLY(!question());
        QVERIFY(fixture.window().isVisible());
        fail(DiskFault::kNone);
        EVENTUALLY(fixture.window().keeper().isAllSaved());
        QCOMPARE(fixture.kept(first)->exchanges.size(), 1U);
        QCOMPARE(fixture.kept(second)->exchanges.size(), 1U);
        QVERIFY(fixture.window().close());
    }

    void aLibraryThatIsLockedIsTriedAgain() {
        fillLibrary();
        if (QTest::currentTestFailed()) return;
        OtherProgram other(libraryFile());
        QVERIFY(other.run("BEGIN EXCLUSIVE"));
        WindowFixture fixture({}, true, folder_.path());
        askOne(fixture, "While it is locked?");
        EVENTUALLY(says(fixture, "another program keeps the file locked"));
        QVERIFY(other.run("ROLLBACK"));
        EVENTUALLY(fixture.window().keeper().isAllSaved());
        QCOMPARE(fixture.listed().size(), 2U);
        QCOMPARE(setAside(), QStringList());
    }

    void aLibraryThatIsRemovedIsWrittenAgain() {
        WindowFixture fixture({}, true, folder_.path());
        askOne(fixture, "First?");
        const QString first = fixture.window().store().conversation().id;
        QVERIFY(fixture.kept(first));
        QVERIFY(QDir(folder_.path()).removeRecursively());
        askOne(fixture, "Second?");
        QCOMPARE(fixture.kept()->exchanges.size(), 1U);
        QCOMPARE(fixture.kept(first)->exchanges.size(), 1U);
        EVENTUALLY(says(fixture, "was removed while it was open"));
    }

    void aDamagedLibraryIsSetAsideWithItsLogAndSaidUntilDealtWith() {
        fillLibrary();
        if (QTest::currentTestFailed()) return;
        QFile damaged(libraryFile());
        QVERIFY(damaged.open(QIODevice::ReadWrite));
        damaged.write(QByteArray(100, 'x'));  // its head; the tables behind it are whole
        damaged.close();
        QFile log(libraryFile() + QStringLiteral("-wal"));
        QVERIFY(log.open(QIODevice::WriteOnly));
        log.write("the newest rows");
        log.close();
        for (int start = 0; start < 2; ++start) {
            WindowFixture fixture({}, true, folder_.path());
            EVENTUALLY(says(fixture, "was set aside as “library.sqlite.damaged-"));
            const QStringList files = setAside();
            QCOMPARE(files.filter(QStringLiteral("-wal")).size(), 1);
            QCOMPARE(files.filter(QRegularExpression(QStringLiteral("[0-9]$"))).size(), 1);
            askOne(fixture, "A new one?");
            QCOMPARE(fixture.kept()->exchanges.size(), 1U);
        }
        WindowFixture fixture({}, true, folder_.path());
        EVENTUALLY(says(fixture, "was set aside"));
        QTest::mouseClick(fixture.child<QPushButton>("noticeButton3"), Qt::LeftButton);
        QVERIFY(!says(fixture, "was set aside"));
        fixture.restart();
        QVERIFY(!says(fixture, "was set aside"));
        QVERIFY(!setAside().isEmpty());
    }

    void whatCanBeReadOfASetAsideLibraryComesBack() {
        fillLibrary();
        if (QTest::currentTestFailed()) return;
        // As the first versions left it: a healthy library under the name of a damaged one.
        QVERIFY(QFile::rename(libraryFile(), libraryFile() + QStringLiteral(".damaged-2026")));
        WindowFixture fixture({}, true, folder_.path());
        EVENTUALLY(says(fixture, "was set aside"));
        QListWidget* list = shownList(fixture);
        QTest::mouseClick(fixture.child<QPushButton>("noticeButton"), Qt::LeftButton);
        EVENTUALLY(says(fixture, "1 conversation came back"));
        EVENTUALLY_EQUAL(list->count(), 1);
        QCOMPARE(setAside().size(), 1);
        fixture.restart();
        QVERIFY(!says(fixture, "was set aside"));
    }

    void aDamagedTableCostsWhatIsInItAndNoMore() {
        {
            LibraryFile library(libraryFile());
            for (int number = 0; number < 40; ++number) {
                Conversation conversation;
                conversation.id = QString::number(number);
                Exchange exchange{QStringLiteral("word ").repeated(600), {}, {}};
                exchange.answers.emplace_back();
                conversation.exchanges.assign(3, exchange);
                QVERIFY(library.save(wholeOf(conversation)).outcome == SaveOutcome::kSaved);
            }
        }
        QFile file(libraryFile());
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() * 3 / 4));
        file.write(QByteArray(3 * 4096, '\x7f'));
        file.close();
        const QString aside = libraryFile() + QStringLiteral(".damaged-now");
        QVERIFY(QFile::rename(libraryFile(), aside));
        LibraryFile library(libraryFile());
        const auto came = library.recover(aside);
        QVERIFY(came.has_value());
        qInfo("%d of 40 conversations came back", *came);
        QVERIFY2(*came >= 20 && *came < 40, qPrintable(QString::number(*came)));
        QCOMPARE(int(library.list().size()), *came);
    }

    void aLibraryOfANewerVersionIsNotTouched() {
        fillLibrary();
        if (QTest::currentTestFailed()) return;
        {
            OtherProgram other(libraryFile());
            QVERIFY(other.run("PRAGMA user_version = 99"));
        }
        QFile file(libraryFile());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray before = file.readAll();
        file.close();
        {
            WindowFixture fixture({}, true, folder_.path());
            EVENTUALLY(says(fixture, "was made by a newer version"));
            askOne(fixture, "Kept in memory?");
            QCOMPARE(fixture.window().store().count(), 1);
        }
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), before);
        QCOMPARE(setAside(), QStringList());
    }

    void whatAnotherWindowWroteStays() {
        WindowFixture one({}, true, folder_.path());
        askOne(one, "First?");
        QVERIFY(one.kept());
        WindowFixture two({}, true, folder_.path());  // shows the same conversation
        QCOMPARE(two.window().store().count(), 1);
        two.ask(QStringLiteral("Second, in the other window?"));
        two.finish();
        QVERIFY(two.kept());
        one.ask(QStringLiteral("Third, in the first window?"));
        one.finish();
        EVENTUALLY(says(one, "was changed by another window"));
        QCOMPARE(one.kept()->exchanges.size(), 2U);
        QCOMPARE(two.kept()->exchanges.size(), 2U);
        QVERIFY(one.window().store().conversation().id != two.window().store().conversation().id);
        QCOMPARE(one.kept()->exchanges[1].question, QStringLiteral("Third, in the first window?"));
        QCOMPARE(two.kept()->exchanges[1].question, QStringLiteral("Second, in the other window?"));
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::LibraryFaultsTest>(argc, argv);
}

#include "library_faults_test.moc"
