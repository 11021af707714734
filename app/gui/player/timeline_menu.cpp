#include "app/gui/player/timeline_menu.h"

#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

TimelineMenu::TimelineMenu(TimelineView& timeline, MpvPlayer& player, VideoState& video,
                           const WindowActions& actions)
    : QObject(&timeline), timeline_(timeline), player_(player), video_(video), actions_(actions) {
    timeline.installEventFilter(this);
}

bool TimelineMenu::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::ContextMenu || timeline_.durationS() <= 0)
        return QObject::eventFilter(watched, event);
    const auto* asked = static_cast<QContextMenuEvent*>(event);
    const bool isByMouse = asked->reason() == QContextMenuEvent::Mouse;
    show(isByMouse ? timeline_.secondsAt(asked->pos().x()) : timeline_.positionS(),
         asked->globalPos());
    return true;
}

void TimelineMenu::show(double seconds, const QPoint& where) {
    auto* menu = make<QMenu>(&timeline_);
    menu->setObjectName(QStringLiteral("timelineMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString time = clockText(seconds);
    menu->addAction(tr("Play from %1").arg(time), &player_, [this, seconds] {
        player_.seek(seconds);
        player_.setPaused(false);
    });
    menu->addSeparator();
    menu->addAction(tr("Ask from %1").arg(time), &video_,
                    [this, seconds] { video_.setRangeFrom(seconds); });
    menu->addAction(tr("Ask up to %1").arg(time), &video_,
                    [this, seconds] { video_.setRangeTo(seconds); });
    if (video_.rangeFromS() || video_.rangeToS())
        menu->addAction(actions_.at(ActionId::kRangeClear));
    menu->addSeparator();
    menu->addAction(actions_.at(ActionId::kLoop));
    menu->addAction(tr("Copy %1").arg(time), this,
                    [time] { QGuiApplication::clipboard()->setText(time); });
    menu->popup(where);
}

}  // namespace reelquery
