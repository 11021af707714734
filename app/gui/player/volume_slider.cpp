#include "app/gui/player/volume_slider.h"

#include <QMouseEvent>
#include <QPainter>
#include <cmath>

namespace reelquery {

namespace {

constexpr double kKnob = 6, kGroove = 2;  // radii

}  // namespace

VolumeSlider::VolumeSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
    setRange(0, 100);
    setFixedWidth(sizeHint().width());
}

void VolumeSlider::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double middle = height() / 2.0, room = width() - 2 * kKnob;
    const double x = kKnob + room * value() / maximum();
    const auto groove = [&](double from, double to, QPalette::ColorRole role) {
        painter.setBrush(palette().color(role));
        painter.drawRoundedRect(QRectF(from, middle - kGroove, to - from, 2 * kGroove), kGroove,
                                kGroove);
    };
    groove(kKnob, width() - kKnob, QPalette::Mid);
    groove(kKnob, x, QPalette::Highlight);
    painter.setBrush(palette().color(hasFocus() ? QPalette::Highlight : QPalette::Text));
    painter.drawEllipse(QPointF(x, middle), kKnob, kKnob);
}

void VolumeSlider::setFrom(double x) {
    setValue(int(std::lround((x - kKnob) / (width() - 2 * kKnob) * maximum())));
}

void VolumeSlider::mousePressEvent(QMouseEvent* event) {
    setFrom(event->position().x());
}

void VolumeSlider::mouseMoveEvent(QMouseEvent* event) {
    setFrom(event->position().x());
}

}  // namespace reelquery
