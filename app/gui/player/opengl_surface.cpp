#include "app/gui/player/opengl_surface.h"

#include <mpv/render_gl.h>

#include <QOpenGLContext>

namespace reelquery {

OpenGlSurface::OpenGlSurface(std::shared_ptr<mpv_handle> player, std::function<void()> isReady)
    : player_(std::move(player)), isReady_(std::move(isReady)) {
    connect(this, &QOpenGLWidget::frameSwapped, this, [this] {
        if (context_) mpv_render_context_report_swap(context_);
    });
}

OpenGlSurface::~OpenGlSurface() {
    release();
}

void OpenGlSurface::release() {
    if (!context_) return;
    makeCurrent();
    mpv_render_context_free(context_);
    context_ = nullptr;
    doneCurrent();
}

void OpenGlSurface::initializeGL() {
    if (!player_) return;
    // In another window, or as the program ends, the widget loses its OpenGL context.
    connect(QOpenGLWidget::context(), &QOpenGLContext::aboutToBeDestroyed, this,
            &OpenGlSurface::release, Qt::UniqueConnection);
    mpv_opengl_init_params functions{
        [](void*, const char* name) {
            return reinterpret_cast<void*>(QOpenGLContext::currentContext()->getProcAddress(name));
        },
        nullptr};
    mpv_render_param params[] = {
        {MPV_RENDER_PARAM_API_TYPE, const_cast<char*>(MPV_RENDER_API_TYPE_OPENGL)},
        {MPV_RENDER_PARAM_OPENGL_INIT_PARAMS, &functions},
        {MPV_RENDER_PARAM_INVALID, nullptr},
    };
    if (mpv_render_context_create(&context_, player_.get(), params) < 0) {
        context_ = nullptr;
        isReady_();
        return;
    }
    mpv_render_context_set_update_callback(
        context_,
        [](void* self) {
            QMetaObject::invokeMethod(static_cast<OpenGlSurface*>(self),
                                      qOverload<>(&QWidget::update), Qt::QueuedConnection);
        },
        this);
    isReady_();
}

void OpenGlSurface::paintGL() {
    if (!context_) return;
    const qreal ratio = devicePixelRatioF();
    mpv_opengl_fbo target{int(defaultFramebufferObject()), int(width() * ratio),
                          int(height() * ratio), 0};
    int flip = 1, wait = 0;
    mpv_render_param params[] = {
        {MPV_RENDER_PARAM_OPENGL_FBO, &target},
        {MPV_RENDER_PARAM_FLIP_Y, &flip},
        {MPV_RENDER_PARAM_BLOCK_FOR_TARGET_TIME, &wait},
        {MPV_RENDER_PARAM_INVALID, nullptr},
    };
    mpv_render_context_render(context_, params);
}

}  // namespace reelquery
