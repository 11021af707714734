// Theme, size of text and scale of the screen change while the window is open: afterwards it must
// look as one does that was opened so, dot for dot.

#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QFontInfo>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QScreen>
#include <QWindow>
#include <cmath>

#include "app/gui/conversation/question_box.h"
#include "app/gui/window/file_opener.h"
#include "app/gui/window/window_actions.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

using Shots = std::vector<std::pair<QString, QImage>>;

/// A window with something in each of its parts, and the settings.
class Scene {
  public:
    explicit Scene(const QString& clip, const QString& folder) : fixture_(script(), true, folder) {
        fixture_.window().resize(1360, 900);
        fixture_.openVideo(clip);
        EVENTUALLY(fixture_.window().player().isLoaded());
        fixture_.ask(QStringLiteral("When does the sun stand highest?"));
        fixture_.finish();
        fixture_.child<QDockWidget>("libraryDock")->show();
        fixture_.window().opener().openPath(QStringLiteral("/videos/broken.mp4"));
        fixture_.settle();
    }

    QWindow& handle() { return *fixture_.window().windowHandle(); }

    template <class Child>
    Child* child(const char* name) {
        return fixture_.child<Child>(name);
    }

    /// Of the page that is shown; null where it has none.
    QLabel* titleOfSettings() {
        for (QLabel* label : child<QWidget>("settingsDialog")->findChildren<QLabel*>()) {
            if (label->property("role") == QLatin1String("title")) return label;
        }
        return nullptr;
    }

    Shots take() {
        QTest::qWait(150);  // docks and cards have come to rest
        Shots pictures{{QStringLiteral("window"), picture()}};
        fixture_.window().findChild<WindowActions*>()->at(ActionId::kModels)->trigger();
        auto* dialog = fixture_.child<QWidget>("settingsDialog");
        auto* pages = dialog->findChild<QListWidget*>(QStringLiteral("settingsPages"));
        for (int page = 0; page < pages->count(); ++page) {
            pages->setCurrentRow(page);
            QCoreApplication::processEvents();
            pictures.emplace_back(pages->item(page)->text(), dialog->grab().toImage());
        }
        dialog->hide();
        return pictures;
    }

  private:
    static FakeScript script() {
        FakeScript script;
        script.durationS = 60;
        script.answer =
            "**One day** in a valley:\n\n* At 0:03 the sun rises.\n* At [0:29] it is high.";
        return script;
    }

    /// But for the film, which is drawn in its own time, and the time of day in the library.
    QImage picture() {
        MainWindow& window = fixture_.window();
        QImage image = window.grab().toImage();
        QPainter painter(&image);
        for (const char* name : {"videoSurface", "libraryList"}) {
            const auto* part = fixture_.child<QWidget>(name);
            painter.fillRect(QRect(part->mapTo(&window, QPoint()), part->size()), Qt::black);
        }
        return image;
    }

    WindowFixture fixture_;
};

QString difference(const QImage& one, const QImage& other) {
    if (one.size() != other.size() || one.devicePixelRatio() != other.devicePixelRatio())
        return QStringLiteral("%1 x %2 at %3 against %4 x %5 at %6")
            .arg(one.width())
            .arg(one.height())
            .arg(one.devicePixelRatio())
            .arg(other.width())
            .arg(other.height())
            .arg(other.devicePixelRatio());
    QRect where;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x) {
            if (one.pixel(x, y) != other.pixel(x, y)) where |= QRect(x, y, 1, 1);
        }
    }
    if (where.isNull()) return {};
    return QStringLiteral("%1 x %2 dots from %3, %4")
        .arg(where.width())
        .arg(where.height())
        .arg(where.left())
        .arg(where.top());
}

}  // namespace

class LiveLookTest : public ClipTest {
    Q_OBJECT

  public:
    LiveLookTest() { QApplication::setCursorFlashTime(0); }

  private:
    QTemporaryDir data_;

    /// Of one name for every scene: the window shows it.
    QString emptyFolder() {
        const QString folder = data_.filePath(QStringLiteral("data"));
        QDir(folder).removeRecursively();
        QDir().mkpath(folder);
        return folder;
    }

    /// Of a scene that was as it is from the start, and was looked at as often.
    Shots fresh() {
        Scene scene(clip_, emptyFolder());
        scene.take();
        return scene.take();
    }

    void compare(const Shots& changed, const Shots& wanted) {
        QCOMPARE(changed.size(), wanted.size());
        QStringList wrong;
        for (std::size_t at = 0; at < wanted.size(); ++at) {
            const QString where = difference(changed[at].second, wanted[at].second);
            if (where.isEmpty()) continue;
            wrong << wanted[at].first + QStringLiteral(": ") + where;
            const QString name =
                QStringLiteral(REELQUERY_SHOTS "/%1_%2.png")
                    .arg(QLatin1String(QTest::currentTestFunction()), wanted[at].first);
            changed[at].second.save(
                QString(name).replace(QLatin1String(".png"), QLatin1String("_changed.png")));
            wanted[at].second.save(name);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QStringLiteral("; "))));
    }

  private Q_SLOTS:

    void theThemeIsFollowed() {
        Theme theme(watched());
        theme.apply(ThemeChoice::kLight);
        Shots changed;
        {
            Scene scene(clip_, emptyFolder());
            scene.take();
            theme.apply(ThemeChoice::kDark);
            changed = scene.take();
        }
        compare(changed, fresh());
        theme.apply(ThemeChoice::kLight);
    }

    void theSizeOfTextIsFollowed() {
        const QFont font = QApplication::font();
        const auto setSize = [&](double points) {
            QFont sized = font;
            sized.setPointSizeF(points);
            QApplication::setFont(sized);
        };
        Theme theme(watched());
        theme.apply(ThemeChoice::kLight);
        setSize(9);
        {
            Scene scene(clip_, emptyFolder());
            scene.take();
            auto* pages = scene.child<QListWidget>("settingsPages");
            const auto* box = scene.child<QuestionBox>("questionBox");
            const auto* title = scene.titleOfSettings();
            const int boxBefore = box->height();
            const double titleBefore = QFontInfo(title->font()).pointSizeF();
            setSize(13.5);
            scene.take();
            QVERIFY(pages->viewport()->width() >= pages->sizeHintForColumn(0));  // no name is cut
            QVERIFY(box->height() > boxBefore);
            QVERIFY(box->height() >= box->fontMetrics().lineSpacing());
            // Half as large again, to the tenth of a point.
            QVERIFY(std::abs(QFontInfo(title->font()).pointSizeF() - 1.5 * titleBefore) < 0.3);
        }
        QApplication::setFont(font);
    }

    void theScaleOfTheScreenIsFollowed() {
        const auto screens = QGuiApplication::screens();
        if (screens.size() < 2)
            QSKIP("two screens of different scale are the offscreen platform's");
        const auto move = [&](Scene& scene, int to) {
            scene.handle().setPosition(screens[to]->geometry().topLeft() + QPoint(20, 20));
            EVENTUALLY_EQUAL(scene.handle().screen(), screens[to]);
        };
        Shots changed, wanted;
        {
            Scene scene(clip_, emptyFolder());
            move(scene, 0);
            scene.take();
            move(scene, 1);
            changed = scene.take();
        }
        QCOMPARE(changed.front().second.devicePixelRatio(), screens[1]->devicePixelRatio());
        {
            Scene scene(clip_, emptyFolder());
            move(scene, 1);
            scene.take();
            wanted = scene.take();
        }
        compare(changed, wanted);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    QTemporaryDir folder;
    QFile screens(folder.filePath(QStringLiteral("screens.json")));
    if (qgetenv("QT_QPA_PLATFORM") == "offscreen" && screens.open(QIODevice::WriteOnly)) {
        screens.write(R"({"screens": [
            {"name": "coarse", "x": 0, "y": 0, "width": 1920, "height": 1080, "logicalDpi": 96, "dpr": 1},
            {"name": "fine", "x": 1920, "y": 0, "width": 3840, "height": 2160, "logicalDpi": 192, "dpr": 1}]})");
        screens.close();
        qputenv("QT_QPA_PLATFORM", "offscreen:configfile=" + screens.fileName().toUtf8());
    }
    QApplication::setHighDpiScaleFactorRoundingPolicy(
        Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    return reelquery::runTest<reelquery::LiveLookTest>(argc, argv);
}

#include "live_look_test.moc"
