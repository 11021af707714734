#pragma once
// The left half of the window: picture or model view, transport, time line.

#include <QWidget>

class QStackedWidget;
class QVBoxLayout;

namespace reelquery {

class EmptyPlayer;
class HidingBars;
class ModelView;
class MpvPlayer;
class SettingsModel;
class TimelineView;
class VideoState;
class WindowActions;

/// Confined to the GUI thread.
class PlayerView : public QWidget {
    Q_OBJECT

  public:
    PlayerView(MpvPlayer& player, VideoState& video, SettingsModel& settings,
               const WindowActions& actions, bool hasSample, QWidget* parent = nullptr);

    EmptyPlayer& emptyPage() { return *empty_; }

    TimelineView& timeline() { return *timeline_; }

    /// Puts a line above the time line; it becomes a child of this.
    void addBar(QWidget& bar);

    /// Switches between playback and the frames the model saw.
    void showModelView(bool isShown);

    /// The controls lie over the picture, and hide while the mouse rests.
    void setFullScreen(bool isFull);

  private:
    void updatePage();
    void updateMarks();

    MpvPlayer& player_;
    VideoState& video_;
    QVBoxLayout* column_;
    HidingBars* bars_;
    QStackedWidget* pages_;
    EmptyPlayer* empty_;
    QWidget* surface_;
    ModelView* modelView_;
    TimelineView* timeline_;
    bool isModelView_ = false;
};

}  // namespace reelquery
