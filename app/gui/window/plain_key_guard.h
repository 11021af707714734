#pragma once
// Keeps the player's single keys from taking Space from buttons and letters from lists.

#include <QObject>

namespace reelquery {

/// An event filter for the whole application: a key without Ctrl, Alt or Meta that the focused
/// control has a use for goes to that control; everywhere else it is the player's.
class PlainKeyGuard : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace reelquery
