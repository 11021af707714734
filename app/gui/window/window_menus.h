#pragma once
// The menu bar.

class QMainWindow;
class QMenu;

namespace reelquery {

class WindowActions;

/// Fills the window's menu bar with the actions, group by group. recent: goes below the other ways
/// to open a video, tracks: below what is played.
void fillMenuBar(QMainWindow& window, const WindowActions& actions, QMenu& recent, QMenu& tracks);

}  // namespace reelquery
