#include "app/gui/player/frame_canvas.h"

#include <QPainter>

#include "app/gui/look/theme.h"

namespace reelquery {

FrameCanvas::FrameCanvas(QWidget* parent) : QWidget(parent) {
    setMinimumSize(160, 90);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void FrameCanvas::setPicture(const QImage& picture) {
    picture_ = picture;
    update();
}

void FrameCanvas::setHint(const QString& hint) {
    hint_ = hint;
    setAccessibleDescription(hint);
}

void FrameCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (picture_.isNull()) {
        painter.setPen(mutedText(palette()));
        painter.drawText(rect().adjusted(24, 0, -24, 0), Qt::AlignCenter | Qt::TextWordWrap, hint_);
        return;
    }
    const QSize size = picture_.size().scaled(this->size(), Qt::KeepAspectRatio);
    const QRect target(QPoint((width() - size.width()) / 2, (height() - size.height()) / 2), size);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(target, picture_);
}

}  // namespace reelquery
