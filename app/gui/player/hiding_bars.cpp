#include "app/gui/player/hiding_bars.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>

namespace reelquery {

namespace {

constexpr int kRestMs = 2500;

}  // namespace

HidingBars::HidingBars(QWidget& picture, QWidget* parent) : QWidget(parent), picture_(picture) {
    setObjectName(QStringLiteral("playerBars"));
    setAutoFillBackground(true);
    rest_.setSingleShot(true);
    rest_.setInterval(kRestMs);
    connect(&rest_, &QTimer::timeout, this, &HidingBars::goAway);
}

void HidingBars::setOver(bool isOver) {
    if (isOver) {
        qApp->installEventFilter(this);
        appear();
        return;
    }
    qApp->removeEventFilter(this);
    rest_.stop();
    parentWidget()->unsetCursor();
    show();
}

void HidingBars::place() {
    const int height = sizeHint().height();
    setGeometry(0, parentWidget()->height() - height, parentWidget()->width(), height);
}

void HidingBars::appear() {
    parentWidget()->unsetCursor();
    place();
    show();
    raise();
    rest_.start();
}

void HidingBars::goAway() {
    const bool isInUse = underMouse() || QApplication::mouseButtons() != Qt::NoButton ||
                         QApplication::activePopupWidget() || QApplication::activeModalWidget();
    if (isInUse) return rest_.start();
    const QWidget* focus = QApplication::focusWidget();
    if (focus && isAncestorOf(focus)) picture_.setFocus();
    hide();
    parentWidget()->setCursor(Qt::BlankCursor);
}

bool HidingBars::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::MouseMove: {
            const QPoint mouse = static_cast<QMouseEvent*>(event)->globalPosition().toPoint();
            if (mouse != lastMouse_) appear();
            lastMouse_ = mouse;
            break;
        }
        case QEvent::MouseButtonPress:
        case QEvent::Wheel:
        case QEvent::TouchBegin:
            appear();
            break;
        case QEvent::KeyPress: {
            const int key = static_cast<QKeyEvent*>(event)->key();
            if (key == Qt::Key_Tab || key == Qt::Key_Backtab) appear();
            break;
        }
        case QEvent::Resize:
            if (watched == parentWidget()) place();
            break;
        default:
            break;
    }
    return false;
}

}  // namespace reelquery
