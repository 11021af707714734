#pragma once
// Says who gets a single key: the player, the control that has a use for it, or the question box.

#include <QObject>

namespace reelquery {

/// An event filter for the whole application, for keys without Ctrl, Alt or Meta. The player has
/// its single keys while the focus is in it, and while the question box is hidden. A control that
/// has a use for a key gets it. Everywhere else in the window a letter begins a question: it goes
/// into the question box, and the focus with it.
class PlainKeyGuard : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace reelquery
