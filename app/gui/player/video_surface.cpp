#include "app/gui/player/video_surface.h"

#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QPointer>

#include "app/gui/player/mpv_player.h"
#include "app/gui/player/opengl_surface.h"
#include "app/gui/player/software_surface.h"

namespace reelquery {

namespace {

bool hasOpenGl() {
    const QString platform = QGuiApplication::platformName();
    if (platform == QLatin1String("offscreen") || platform == QLatin1String("minimal"))
        return false;
    if (qEnvironmentVariable("REELQUERY_VIDEO") == QLatin1String("software")) return false;
    QOpenGLContext context;
    if (!context.create()) return false;
    QOffscreenSurface surface;
    surface.create();
    return surface.isValid() && context.makeCurrent(&surface);
}

}  // namespace

std::unique_ptr<QWidget> makeVideoSurface(MpvPlayer& player) {
    if (hasOpenGl()) {
        // The surface may live a little longer.
        auto tell = [player = QPointer<MpvPlayer>(&player)] {
            if (player) player->surfaceIsReady();
        };
        return std::make_unique<OpenGlSurface>(player.handle(), std::move(tell));
    }
    auto surface = std::make_unique<SoftwareSurface>(player.handle());
    player.surfaceIsReady();
    return surface;
}

}  // namespace reelquery
