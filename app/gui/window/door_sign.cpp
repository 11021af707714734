#include "app/gui/window/door_sign.h"

#include <QEvent>
#include <QMenuBar>

#include "app/gui/look/palette_icon.h"
#include "app/gui/state/door_keeper.h"

namespace reelquery {

namespace {

constexpr int kLongestName = 160;  // pixels

}  // namespace

DoorSign::DoorSign(const DoorKeeper& door, QMenuBar& bar)
    : QToolButton(&bar), door_(door), bar_(bar) {
    setObjectName(QStringLiteral("doorSign"));
    setProperty("role", QStringLiteral("sign"));  // no higher than the menus beside it
    setIcon(paletteIcon(QStringLiteral("door")));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setAutoRaise(true);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleDescription(tr("Opens the settings for other programs"));
    bar.setCornerWidget(this, Qt::TopRightCorner);
    connect(&door, &DoorKeeper::changed, this, &DoorSign::present);
    present();
}

void DoorSign::changeEvent(QEvent* event) {
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::FontChange) present();
}

QString DoorSign::whoAsks() const {
    const QStringList& asking = door_.asking();
    if (asking.isEmpty()) return tr("Open to other programs");
    const QString name = fontMetrics().elidedText(asking.first(), Qt::ElideRight, kLongestName);
    const QString first = name.isEmpty() ? tr("A program is asking") : tr("%1 is asking").arg(name);
    const int waiting = int(asking.size()) - 1;
    if (waiting == 0) return first;
    //: %1: "A program is asking"
    return tr("%1, %n waiting", nullptr, waiting).arg(first);
}

void DoorSign::present() {
    using enum DoorKeeper::State;
    setVisible(door_.state() == kOpen || door_.state() == kFinishing);
    const QString who = whoAsks();
    if (who == text()) return;
    setText(who);
    setToolTip(
        door_.asking().isEmpty()
            ? tr("Other programs on this computer may ask the model here. Click for more.")
            : tr("%1: another program's question is answered here. Click for more.").arg(who));
    setAccessibleName(who);
    bar_.setCornerWidget(this, Qt::TopRightCorner);  // makes room for the new words
}

}  // namespace reelquery
