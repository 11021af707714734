#include "app/gui/window/window_menus.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QSet>

#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

/// Commands after which a line stands in their menu.
bool endsSection(ActionId id) {
    using enum ActionId;
    static const QSet<int> ends{
        int(kPaste),       int(kExportMoments), int(kMakeSubtitles), int(kStop),
        int(kPlay),        int(kForward60),     int(kNextFrame),     int(kEnd),
        int(kNormalSpeed), int(kRangeClear),    int(kNextMoment),    int(kVideoInfo),
        int(kShowLibrary), int(kQuieter),       int(kKeySheet),      int(kShowLog)};
    return ends.contains(int(id));
}

}  // namespace

void fillMenuBar(QMainWindow& window, const WindowActions& actions, QMenu& recent, QMenu& tracks) {
    using enum ActionGroup;
    for (const ActionGroup group : {kFile, kQuestion, kPlayback, kRange, kView, kHelp}) {
        QMenu* menu = window.menuBar()->addMenu(WindowActions::groupName(group));
        for (QAction* action : actions.all()) {
            if (actions.group(*action) != group) continue;
            menu->addAction(action);
            if (action == actions.at(ActionId::kPaste)) menu->addMenu(&recent);
            if (endsSection(ActionId(action->data().toInt()))) menu->addSeparator();
        }
        if (group == kPlayback) {
            menu->addSeparator();
            menu->addMenu(&tracks);
        }
    }
}

}  // namespace reelquery
