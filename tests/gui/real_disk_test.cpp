// The library on a small file system of its own that fills up, is pulled out and comes back
// read-only. Needs to mount one: skipped, visibly, where the user may not.

#include <sys/mount.h>

#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QListWidget>
#include <QTest>
#include <cerrno>
#include <cstring>

#include "app/gui/look/notice_bar.h"
#include "app/gui/window/file_opener.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

/// A stick: a file system in memory, and the place where it is plugged in. Without it that place
/// cannot be written to.
class Stick {
  public:
    Stick() {
        QDir().mkpath(stick());
        QDir().mkpath(ports());
        isMade_ = mountMemory(stick(), "size=1500k") && mountMemory(ports(), "size=64k") &&
                  QDir().mkpath(folder()) &&
                  call(nullptr, ports(), nullptr, MS_REMOUNT | MS_RDONLY) && plugIn();
        error_ = errno;
    }

    ~Stick() {
        for (const QString& at : {folder(), ports(), stick()}) release(at);
    }

    bool isMade() const { return isMade_; }

    QString problem() const { return QString::fromLocal8Bit(std::strerror(error_)); }

    /// The folder that the stick is seen in.
    QString folder() const { return ports() + QStringLiteral("/data"); }

    bool plugIn(bool isReadOnly = false) {
        const QByteArray from = QFile::encodeName(stick());
        return call(from.constData(), folder(), nullptr, MS_BIND) &&
               (!isReadOnly || call(nullptr, folder(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY));
    }

    void pullOut() { release(folder()); }

    bool fill() {
        QFile file(stick() + QStringLiteral("/other data"));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) return false;
        const QByteArray page(4096, 'x');
        while (file.write(page) == page.size()) {
        }
        return true;
    }

    void makeRoom() { QFile::remove(stick() + QStringLiteral("/other data")); }

  private:
    QString stick() const { return temporary_.filePath(QStringLiteral("stick")); }

    QString ports() const { return temporary_.filePath(QStringLiteral("ports")); }

    static bool call(const char* from, const QString& at, const char* kind, unsigned long flags,
                     const char* options = nullptr) {
        return mount(from, QFile::encodeName(at).constData(), kind, flags, options) == 0;
    }

    static bool mountMemory(const QString& at, const char* options) {
        return call("tmpfs", at, "tmpfs", 0, options);
    }

    static void release(const QString& at) {
        umount2(QFile::encodeName(at).constData(), MNT_DETACH);
    }

    QTemporaryDir temporary_;
    bool isMade_ = false;
    int error_ = 0;
};

class RealDiskTest : public ClipTest {
    Q_OBJECT

    static bool says(WindowFixture& fixture, const char* words) {
        return fixture.child<NoticeBar>("noticeBar")->isVisible() &&
               fixture.lastText("noticeMessage").contains(QString::fromUtf8(words));
    }

    void ask(WindowFixture& fixture, const char* question) {
        fixture.openVideo(clip_);
        fixture.ask(QLatin1String(question));
        fixture.finish();
    }

    /// The questions on disk, in order.
    static QStringList questionsOn(const Stick& stick) {
        LibraryFile library(stick.folder() + QStringLiteral("/library.sqlite"));
        QStringList questions;
        for (const LibraryEntry& entry : library.list()) {
            const auto conversation = library.load(entry.id);
            if (!conversation) continue;
            for (const Exchange& exchange : conversation->exchanges)
                questions.append(exchange.question);
        }
        questions.sort();
        return questions;
    }

    static bool hasNothingSetAside(const Stick& stick) {
        return QDir(stick.folder()).entryList({QStringLiteral("*.damaged-*")}).isEmpty();
    }

  private Q_SLOTS:

    void aDiskThatFillsUp() {
        Stick stick;
        if (!stick.isMade()) QSKIP(qPrintable(kNoMount.arg(stick.problem())));
        {
            WindowFixture fixture({}, true, stick.folder());
            ask(fixture, "Before?");
            QVERIFY(fixture.kept());
            QVERIFY(stick.fill());
            ask(fixture, "While it is full?");
            EVENTUALLY(says(fixture, "could not be saved: the disk is full"));
            ask(fixture, "And another?");
            EVENTUALLY_EQUAL(fixture.window().keeper().unsaved().size(), 2U);
            stick.makeRoom();
            EVENTUALLY(says(fixture, "All conversations are saved now"));
            EVENTUALLY(fixture.window().keeper().isAllSaved());
        }
        QCOMPARE(questionsOn(stick),
                 QStringList({QStringLiteral("And another?"), QStringLiteral("Before?"),
                              QStringLiteral("While it is full?")}));
        QVERIFY(hasNothingSetAside(stick));
    }

    void aDiskThatIsFullAtTheStart() {
        Stick stick;
        if (!stick.isMade()) QSKIP(qPrintable(kNoMount.arg(stick.problem())));
        {
            WindowFixture fixture({}, true, stick.folder());
            ask(fixture, "Before?");
            QVERIFY(fixture.kept());
        }
        QVERIFY(stick.fill());
        {
            WindowFixture fixture({}, true, stick.folder());
            ask(fixture, "While it is full?");
            EVENTUALLY(says(fixture, "could not be saved: the disk is full"));
            fixture.child<QDockWidget>("libraryDock")->show();
            EVENTUALLY_EQUAL(fixture.child<QListWidget>("libraryList")->count(), 2);
            stick.makeRoom();
            EVENTUALLY(fixture.window().keeper().isAllSaved());
        }
        QCOMPARE(questionsOn(stick).size(), 2);
        QVERIFY(hasNothingSetAside(stick));
    }

    void aDiskThatIsPulledOutAndComesBackReadOnly() {
        Stick stick;
        if (!stick.isMade()) QSKIP(qPrintable(kNoMount.arg(stick.problem())));
        {
            WindowFixture fixture({}, true, stick.folder());
            ask(fixture, "Before?");
            QVERIFY(fixture.kept());
            stick.pullOut();
            ask(fixture, "While it is away?");
            EVENTUALLY(says(fixture, "could not be saved"));
            QVERIFY(stick.plugIn(true));
            // What is on it can be read, and says why nothing can be added.
            fixture.child<QDockWidget>("libraryDock")->show();
            EVENTUALLY_EQUAL(fixture.child<QListWidget>("libraryList")->count(), 2);
            const auto isSaid = [&fixture] {
                return fixture.window().library().condition().problem.contains(
                    QLatin1String("is read-only"));
            };
            EVENTUALLY(isSaid());
            QTest::qWait(3500);  // saving is tried again meanwhile
            QVERIFY(isSaid());
            QVERIFY(!fixture.window().keeper().isAllSaved());
            stick.pullOut();
            QVERIFY(stick.plugIn());
            EVENTUALLY(fixture.window().keeper().isAllSaved());
        }
        QCOMPARE(questionsOn(stick),
                 QStringList({QStringLiteral("Before?"), QStringLiteral("While it is away?")}));
        QVERIFY(hasNothingSetAside(stick));
    }

  private:
    const QString kNoMount = QStringLiteral("no file system can be mounted here: %1");
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::RealDiskTest>(argc, argv);
}

#include "real_disk_test.moc"
