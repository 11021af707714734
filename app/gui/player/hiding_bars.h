#pragma once
// The controls below the picture, which get out of its way in full screen.

#include <QPoint>
#include <QTimer>
#include <QWidget>

namespace reelquery {

/// Over the lower edge of its parent when told so: shown while the mouse moves or Tab is pressed,
/// gone with the mouse pointer once it rests. Whoever puts it into a layout takes it out before.
/// Confined to the GUI thread.
class HidingBars : public QWidget {
    Q_OBJECT

  public:
    /// picture: gets the focus where that would go with the controls.
    HidingBars(QWidget& picture, QWidget* parent);

    void setOver(bool isOver);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void appear();
    void goAway();
    void place();

    QWidget& picture_;
    QTimer rest_;
    QPoint lastMouse_;
};

}  // namespace reelquery
