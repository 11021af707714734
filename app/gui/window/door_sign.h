#pragma once
// Says beside the menus that other programs may ask, and who does; a click leads to the settings.

#include <QToolButton>

class QMenuBar;

namespace reelquery {

class DoorKeeper;

/// Shown while the door is open. Confined to the GUI thread.
class DoorSign : public QToolButton {
    Q_OBJECT

  public:
    /// Stands at the end of `bar`, which owns it.
    DoorSign(const DoorKeeper& door, QMenuBar& bar);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void present();
    QString whoAsks() const;

    const DoorKeeper& door_;
    QMenuBar& bar_;
};

}  // namespace reelquery
