#pragma once
// The menu of the time line under the mouse.

#include <QObject>

namespace reelquery {

class MpvPlayer;
class TimelineView;
class VideoState;
class WindowActions;

/// A right click offers what can be done with the time it is on: play from there, ask from or up to
/// there, copy it. From the keyboard it is about the position. Confined to the GUI thread.
class TimelineMenu : public QObject {
    Q_OBJECT

  public:
    TimelineMenu(TimelineView& timeline, MpvPlayer& player, VideoState& video,
                 const WindowActions& actions);

    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void show(double seconds, const QPoint& where);

    TimelineView& timeline_;
    MpvPlayer& player_;
    VideoState& video_;
    const WindowActions& actions_;
};

}  // namespace reelquery
