#pragma once
// What the mouse does on the picture: full screen, volume, a menu, and the keys of the player.

#include <QObject>

class QWidget;

namespace reelquery {

class MpvPlayer;
class WindowActions;

/// Watches a widget that shows the picture: a double click switches full screen, the wheel changes
/// the volume, the right button offers commands, and a click takes the keyboard, so that plain keys
/// play and seek. Confined to the GUI thread.
class PictureMouse : public QObject {
    Q_OBJECT

  public:
    /// picture: owns this. player and actions outlive it.
    PictureMouse(QWidget& picture, MpvPlayer& player, const WindowActions& actions);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget& picture_;
    MpvPlayer& player_;
    const WindowActions& actions_;
};

}  // namespace reelquery
