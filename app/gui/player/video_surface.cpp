#include "app/gui/player/video_surface.h"

#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>

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

std::unique_ptr<QWidget> makeVideoSurface(std::shared_ptr<mpv_handle> player) {
    if (hasOpenGl()) return std::make_unique<OpenGlSurface>(std::move(player));
    return std::make_unique<SoftwareSurface>(std::move(player));
}

}  // namespace reelquery
