#pragma once
// The menu bar.

#include <QList>

class QAction;
class QMainWindow;

namespace reelquery {

class WindowActions;

/// Fills the window's menu bar with the actions, group by group. toggles: of the docks, for the
/// view menu.
void fillMenuBar(QMainWindow& window, const WindowActions& actions, const QList<QAction*>& toggles);

}  // namespace reelquery
