#pragma once
// Play, step, time, sound and speed: the row of controls under the picture.

#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace reelquery {

class MpvPlayer;
class WindowActions;

/// Confined to the GUI thread.
class TransportBar : public QWidget {
    Q_OBJECT

  public:
    TransportBar(MpvPlayer& player, const WindowActions& actions, QWidget* parent = nullptr);

  private:
    void showTime();
    void showSound();

    MpvPlayer& player_;
    QLabel* time_;
    QSlider* volume_;
    QToolButton* speed_;
    QToolButton* play_;
    QToolButton* mute_;
};

}  // namespace reelquery
