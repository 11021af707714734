#include "app/gui/player/picture_mouse.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QMenu>
#include <QWheelEvent>
#include <algorithm>

#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

constexpr double kVolumeOfANotch = 5;
constexpr double kNotch = 120;  // eighths of a degree

void showMenu(QWidget& picture, const WindowActions& actions, const QPoint& where) {
    using enum ActionId;
    auto* menu = make<QMenu>(&picture);
    menu->setObjectName(QStringLiteral("pictureMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const auto& section : {std::initializer_list<ActionId>{kPlay, kPreviousFrame, kNextFrame},
                                {kRangeFrom, kRangeTo, kRangeClear},
                                {kPreviousMoment, kNextMoment, kLoop},
                                {kAspect, kDeinterlace, kVideoInfo},
                                {kSaveStill, kModelView, kFullScreen}}) {
        for (const ActionId id : section) {
            // What a picture, or a video that is not there yet, cannot do is left out.
            if (actions.at(id)->isEnabled()) menu->addAction(actions.at(id));
        }
        menu->addSeparator();
    }
    menu->popup(where);
}

}  // namespace

PictureMouse::PictureMouse(QWidget& picture, MpvPlayer& player, const WindowActions& actions)
    : QObject(&picture), picture_(picture), player_(player), actions_(actions) {
    picture.setFocusPolicy(Qt::ClickFocus);
    picture.installEventFilter(this);
}

bool PictureMouse::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::MouseButtonDblClick:
            actions_.at(ActionId::kFullScreen)->trigger();
            return true;
        case QEvent::Wheel: {
            const double notches = static_cast<QWheelEvent*>(event)->angleDelta().y() / kNotch;
            player_.setVolume(std::clamp(player_.volume() + notches * kVolumeOfANotch, 0.0, 100.0));
            return true;
        }
        case QEvent::ContextMenu:
            showMenu(picture_, actions_, static_cast<QContextMenuEvent*>(event)->globalPos());
            return true;
        default:
            return QObject::eventFilter(watched, event);
    }
}

}  // namespace reelquery
