// The picture of the player, by software on the offscreen platform and by OpenGL on X11.

#include <QGuiApplication>

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
