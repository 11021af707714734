#pragma once
// Play, step, time, sound and speed: the row of controls under the picture.

#include <QWidget>
#include <vector>

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

    QSize minimumSizeHint() const override { return {260, sizeHint().height()}; }

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void showTime();
    void showSound();

    MpvPlayer& player_;
    QLabel* time_;
    QSlider* volume_;
    QToolButton* speed_;
    QToolButton* play_;
    QToolButton* mute_;
    std::vector<QWidget*> comforts_;   ///< shown where there is room
    std::vector<QWidget*> secondary_;  ///< the first to go
};

}  // namespace reelquery
