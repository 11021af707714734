#include "app/gui/player/software_surface.h"

#include <mpv/client.h>
#include <mpv/render.h>

#include <QPainter>

namespace reelquery {

SoftwareSurface::SoftwareSurface(std::shared_ptr<mpv_handle> player) : player_(std::move(player)) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    if (!player_) return;
    // libmpv's software renderer ends the program when it has to turn a picture by a quarter; the
    // player turns it by a filter then.
    mpv_set_property_string(player_.get(), "video-rotate", "no");
    mpv_render_param params[] = {
        {MPV_RENDER_PARAM_API_TYPE, const_cast<char*>(MPV_RENDER_API_TYPE_SW)},
        {MPV_RENDER_PARAM_INVALID, nullptr},
    };
    if (mpv_render_context_create(&context_, player_.get(), params) < 0) {
        context_ = nullptr;
        return;
    }
    mpv_render_context_set_update_callback(
        context_,
        [](void* self) {
            QMetaObject::invokeMethod(static_cast<SoftwareSurface*>(self),
                                      qOverload<>(&QWidget::update), Qt::QueuedConnection);
        },
        this);
}

SoftwareSurface::~SoftwareSurface() {
    if (context_) mpv_render_context_free(context_);
}

void SoftwareSurface::draw() {
    const QSize size = this->size() * devicePixelRatioF();
    if (picture_.size() != size) picture_ = QImage(size, QImage::Format_RGB32);
    int extent[] = {size.width(), size.height()};
    auto stride = std::size_t(picture_.bytesPerLine());
    int wait = 0;
    mpv_render_param params[] = {
        {MPV_RENDER_PARAM_SW_SIZE, extent},
        {MPV_RENDER_PARAM_SW_FORMAT, const_cast<char*>("bgr0")},
        {MPV_RENDER_PARAM_SW_STRIDE, &stride},
        {MPV_RENDER_PARAM_SW_POINTER, picture_.bits()},
        {MPV_RENDER_PARAM_BLOCK_FOR_TARGET_TIME, &wait},
        {MPV_RENDER_PARAM_INVALID, nullptr},
    };
    if (mpv_render_context_render(context_, params) < 0) picture_.fill(Qt::black);
}

void SoftwareSurface::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!context_ || width() < 1 || height() < 1) {
        painter.fillRect(rect(), Qt::black);
        return;
    }
    draw();
    painter.drawImage(rect(), picture_);
}

}  // namespace reelquery
