#include "app/gui/look/dialog_fitter.h"

#include <QCoreApplication>
#include <QDialog>
#include <QEvent>
#include <QScreen>
#include <algorithm>

namespace reelquery {

namespace {

/// Room for the frame that a window manager draws, which is not known before it is drawn.
constexpr QMargins kFrame(8, 36, 8, 12);

}  // namespace

DialogFitter::DialogFitter(QObject* parent) : QObject(parent) {
    QCoreApplication::instance()->installEventFilter(this);
}

bool DialogFitter::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::Show) return false;
    auto* dialog = qobject_cast<QDialog*>(watched);
    if (!dialog || !dialog->isWindow() || !dialog->screen()) return false;
    const QRect room = dialog->screen()->availableGeometry().marginsRemoved(kFrame);
    QRect wanted = dialog->geometry();
    wanted.setSize(wanted.size().boundedTo(room.size()));
    wanted.moveRight(std::min(wanted.right(), room.right()));
    wanted.moveBottom(std::min(wanted.bottom(), room.bottom()));
    wanted.moveLeft(std::max(wanted.left(), room.left()));
    wanted.moveTop(std::max(wanted.top(), room.top()));
    if (wanted != dialog->geometry()) dialog->setGeometry(wanted);
    return false;
}

}  // namespace reelquery
