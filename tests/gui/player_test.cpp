// The picture of the player, by software on the offscreen platform and by OpenGL on X11.

#include <mpv/client.h>

#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <cmath>

#include "app/gui/player/mpv_player.h"
#include "app/gui/player/video_surface.h"
#include "tests/gui/clip_test.h"
#include "tests/gui/patience.h"
#include "tests/gui/window_fixture.h"
#include "tests/gui/window_test_main.h"

namespace reelquery {

namespace {

/// The sun of the clip (see makeClip) is the only thing with so much red and so little blue.
/// Returns how far it has come from the left, as a share of the picture; less than 0 without it.
double sunAt(QWidget& surface) {
    const QImage image = surface.grab().toImage().convertToFormat(QImage::Format_RGB32);
    double sum = 0;
    int count = 0;
    for (int y = 0; y < image.height(); y += 2) {
        for (int x = 0; x < image.width(); x += 2) {
            const QRgb pixel = image.pixel(x, y);
            if (qRed(pixel) < 230 || qGreen(pixel) < 180 || qBlue(pixel) > 140) continue;
            sum += x;
            ++count;
        }
    }
    return count < 20 ? -1 : sum / count / image.width();
}

}  // namespace

class PlayerTest : public ClipTest {
    Q_OBJECT

  private Q_SLOTS:

    void thePictureIsDrawnAndFollowsASeek() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        auto* surface = fixture.child<QWidget>("videoSurface");
        EVENTUALLY(fixture.window().player().isLoaded());
        EVENTUALLY(sunAt(*surface) > 0 && sunAt(*surface) < 0.35);
        fixture.window().player().seek(45);
        EVENTUALLY(sunAt(*surface) > 0.6);
    }

    /// The surface is hidden where a file comes with the program's start.
    void aFileOpenedBeforeItsPictureHasAPlaceIsShown() {
        MpvPlayer player;
        const std::unique_ptr<QWidget> surface = makeVideoSurface(player);
        surface->resize(320, 180);
        QStringList said;
        connect(&player, &MpvPlayer::failed, this, [&](const QString& line) { said.append(line); });
        player.open(clip_);
        QTest::qWait(300);
        surface->show();
        EVENTUALLY(player.isLoaded());
        EVENTUALLY(sunAt(*surface) > 0 && sunAt(*surface) < 0.35);
        QCOMPARE(said, QStringList());
    }

    void itPlays() {
        WindowFixture fixture;
        fixture.openVideo(clip_);
        MpvPlayer& player = fixture.window().player();
        EVENTUALLY(player.isLoaded());
        player.setPaused(false);
        EVENTUALLY(player.positionS() > 0.5);
        player.setPaused(true);
        EVENTUALLY(player.isPaused());
    }

    /// What mpv had to tell of the file before is read when another was asked for already.
    void theFileBeforeIsNotTakenForTheOneThatIsOpened() {
        const QString other = pathOf(QStringLiteral("other.mp4"));
        QVERIFY(makeClip(other, 10));
        MpvPlayer player;
        const std::unique_ptr<QWidget> surface = makeVideoSurface(player);
        surface->show();
        QStringList loaded;
        const auto nameOfLoaded = [&player] {
            char* name = mpv_get_property_string(player.handle().get(), "filename");
            const QString text = QString::fromUtf8(name);
            mpv_free(name);
            return text;
        };
        connect(&player, &MpvPlayer::loaded, this, [&] { loaded.append(nameOfLoaded()); });
        EVENTUALLY(player.hasSurface());
        player.open(clip_);
        // Nobody reads events meanwhile: they wait.
        QElapsedTimer waited;
        waited.start();
        double lengthS = 0;
        while (lengthS < 59 && waited.elapsed() < kPatienceMs) {
            QTest::qSleep(5);
            mpv_get_property(player.handle().get(), "duration", MPV_FORMAT_DOUBLE, &lengthS);
        }
        QVERIFY(lengthS > 59);
        player.open(other);
        QVERIFY(!player.isLoaded());
        EVENTUALLY(player.isLoaded());
        EVENTUALLY(std::abs(player.durationS() - 10) < 0.5);
        QCOMPARE(loaded, QStringList{QStringLiteral("other.mp4")});
    }

    void anErrorOfTheFileBeforeIsNotSaidOfTheOneThatIsOpened() {
        const QString bad = pathOf(QStringLiteral("bad.mp4"));
        QFile file(bad);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no film");
        file.close();
        MpvPlayer player;
        const std::unique_ptr<QWidget> surface = makeVideoSurface(player);
        surface->show();
        QStringList said;
        connect(&player, &MpvPlayer::failed, this, [&](const QString& line) { said.append(line); });
        player.open(bad);
        QTest::qSleep(300);  // it has failed; nobody has read that
        player.open(clip_);
        EVENTUALLY(player.isLoaded());
        QCOMPARE(said, QStringList());
        player.open(bad);
        EVENTUALLY(!said.isEmpty());
        QVERIFY2(said.first().contains(QLatin1String("bad.mp4")), qPrintable(said.first()));
        QVERIFY(!player.isLoaded());
    }

    void openGlIsUsedWhereThereIsAScreen() {
        WindowFixture fixture;
        auto* surface = fixture.child<QWidget>("videoSurface");
        const bool isScreen = QGuiApplication::platformName() != QLatin1String("offscreen");
        QCOMPARE(surface->inherits("QOpenGLWidget"), isScreen);
    }
};

}  // namespace reelquery

int main(int argc, char** argv) {
    return reelquery::runTest<reelquery::PlayerTest>(argc, argv);
}

#include "player_test.moc"
