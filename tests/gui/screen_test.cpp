// The window on screens of several sizes and scales, and in full screen.

#include <QAction>
#include <QDialog>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QProcess>
#include <QScreen>
#include <QTest>
#include <QTextStream>
#include <QTimer>

#include "app/gui/player/transport_bar.h"
#include "app/gui/window/window_actions.h"
#include "app/gui/window_setup.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"
#include "tests/support/fake_session.h"

namespace reelquery {

namespace {

void moveMouse(QWidget& over, const QPointF& to) {
    QMouseEvent event(QEvent::MouseMove, to, over.mapToGlobal(to), Qt::NoButton, Qt::NoButton,
                      Qt::NoModifier);
    QApplication::sendEvent(&over, &event);
}

/// The program as people start it: says the place of its window and that of the screen; `wanted`
/// is given to the window before it is closed.
int runProgram(int argc, char** argv, const char* folder, QSize wanted) {
    WindowSetup setup;
    setup.version = "0.1.0";
    setup.dataFolder = folder;
    setup.makeSession = [wanted](EventSink sink, const ServerKey&) {
        QTimer::singleShot(0, qApp, [wanted] {
            for (QWidget* window : QApplication::topLevelWidgets()) {
                if (!qobject_cast<MainWindow*>(window)) continue;
                const QRect at = window->geometry(), room = window->screen()->availableGeometry();
                QTextStream(stdout)
                    << at.left() << ' ' << at.top() << ' ' << at.right() << ' ' << at.bottom()
                    << ' ' << room.right() << ' ' << room.bottom() << Qt::endl;
                if (wanted.isValid()) window->resize(wanted);
                QTimer::singleShot(100, window, &QWidget::close);
            }
        });
        return std::make_unique<FakeSession>(std::move(sink), FakeScript());
    };
    return runWindow(argc, argv, setup);
}

}  // namespace

class ScreenTest : public ClipTest {
    Q_OBJECT

    QTemporaryDir folder_;

    /// Starts the program on a screen of 1920 x 1080. What it says.
    QList<int> start(const char* scale, const QString& data, const QStringList& size = {}) {
        QFile screen(folder_.filePath(QStringLiteral("screen.json")));
        if (!screen.open(QIODevice::WriteOnly)) return {};
        screen.write(R"({"screens": [{"name": "one", "x": 0, "y": 0, "width": 1920,
                                      "height": 1080, "logicalDpi": 96, "dpr": 1}]})");
        screen.close();
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"),
                           QStringLiteral("offscreen:configfile=") + screen.fileName());
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), QLatin1String(scale));
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child.start(QCoreApplication::applicationFilePath(),
                    QStringList{QStringLiteral("--size"), data} + size);
        if (!child.waitForFinished(int(kPatienceMs)) || child.exitCode() != 0) return {};
        QList<int> numbers;
        for (const QByteArray& word : child.readAllStandardOutput().simplified().split(' '))
            numbers.append(word.toInt());
        return numbers;
    }

  private Q_SLOTS:

    void aWindowOfAnotherScaleFitsTheScreen_data() {
        QTest::addColumn<QString>("before");
        QTest::newRow("the first start") << QString();
        QTest::newRow("kept at the other scale") << QStringLiteral("1");
    }

    void aWindowOfAnotherScaleFitsTheScreen() {
        QFETCH(QString, before);
        const QString data = folder_.filePath(QStringLiteral("data") + before);
        if (!before.isEmpty()) {
            const auto first = start("1", data, {QStringLiteral("1800"), QStringLiteral("1000")});
            QCOMPARE(first.size(), 6);
            QCOMPARE(first[4], 1919);
        }
        const auto at = start("2", data);
        QCOMPARE(at.size(), 6);
        QCOMPARE(at[4], 959);
        QVERIFY(at[0] >= 0 && at[1] >= 0);
        QVERIFY2(
            at[2] <= at[4] && at[3] <= at[5],
            qPrintable(QStringLiteral("%1 x %2").arg(at[2] - at[0] + 1).arg(at[3] - at[1] + 1)));
    }

    void theWindowCanBeSmallWithTheLibraryOpen() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What happens?"));
        fixture.finish();
        fixture.child<QDockWidget>("libraryDock")->show();
        fixture.window().resize(900, 600);
        EVENTUALLY_EQUAL(fixture.window().size(), QSize(900, 600));
        // The time is whole: its length is left out where there is no room for it.
        QTest::qWait(200);
        for (const QLabel* label : fixture.child<QWidget>("playerBars")->findChildren<QLabel*>()) {
            if (label->isVisible()) QVERIFY(label->width() >= label->sizeHint().width());
        }
        fixture.window().grab().save(QStringLiteral(REELQUERY_SHOTS "/small_with_library.png"));
    }

    void noDialogIsLargerThanItsScreen() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.ask(QStringLiteral("What is shown?"));
        fixture.finish();
        auto* actions = fixture.window().findChild<WindowActions*>();
        int dialogs = 0;
        for (const ActionId id :
             {ActionId::kSettings, ActionId::kKeySheet, ActionId::kAbout, ActionId::kVideoInfo,
              ActionId::kDiagnostics, ActionId::kMakeSubtitles, ActionId::kExportMoments}) {
            actions->at(id)->trigger();
            for (const QWidget* dialog : fixture.window().findChildren<QDialog*>()) {
                if (!dialog->isVisible()) continue;
                ++dialogs;
                const QString name = dialog->objectName() + dialog->windowTitle();
                QVERIFY2(dialog->screen()->availableGeometry().contains(dialog->geometry()),
                         qPrintable(name));
            }
        }
        QVERIFY(dialogs >= 7);
    }

    void whatIsLookedForIsReadableBesideANarrowPicture() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        fixture.window().resize(900, 600);
        fixture.child<QDockWidget>("libraryDock")->show();
        fixture.window().findChild<WindowActions*>()->at(ActionId::kFind)->trigger();
        auto* words = fixture.child<QLineEdit>("findWords");
        EVENTUALLY(words->width() >= 90);
        QVERIFY(fixture.window().width() <= 900);
    }

    void theControlsOfFullScreenHideAndComeBack() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        EVENTUALLY(fixture.window().player().isLoaded());
        auto* bars = fixture.child<QWidget>("playerBars");
        auto* surface = fixture.child<QWidget>("videoSurface");
        QAction* full = fixture.window().findChild<WindowActions*>()->at(ActionId::kFullScreen);
        QVERIFY(bars->isVisible() && bars->y() >= surface->geometry().bottom());
        full->trigger();
        EVENTUALLY(surface->height() > bars->y());  // over the picture
        QVERIFY(bars->isVisible());
        EVENTUALLY(!bars->isVisible());
        moveMouse(*surface, {100, 100});
        QVERIFY(bars->isVisible());
        QCOMPARE(bars->geometry().bottom(), bars->parentWidget()->rect().bottom());
        fixture.window().grab().save(QStringLiteral(REELQUERY_SHOTS "/full_screen_controls.png"));
        EVENTUALLY(!bars->isVisible());
        // For the keyboard, too.
        QTest::keyClick(&fixture.window(), Qt::Key_Tab);
        QVERIFY(bars->isVisible());
        EVENTUALLY(!bars->isVisible());
        full->trigger();
        QVERIFY(bars->isVisible());
        EVENTUALLY(bars->y() >= surface->geometry().bottom());
        moveMouse(*surface, {120, 100});
        QTest::qWait(3000);
        QVERIFY(bars->isVisible());
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    if (argc > 2 && QByteArray(argv[1]) == "--size") {
        const QSize wanted =
            argc > 4 ? QSize(QByteArray(argv[3]).toInt(), QByteArray(argv[4]).toInt()) : QSize();
        return reelquery::runProgram(argc, argv, argv[2], wanted);
    }
    return reelquery::runTest<reelquery::ScreenTest>(argc, argv);
}

#include "screen_test.moc"
