#pragma once
// No dialog is larger than its screen: at a scale of 200 % a small screen has little room.

#include <QObject>

namespace reelquery {

/// Watches the application's dialogs; as each is shown, makes it smaller and moves it where it
/// would not fit. Confined to the GUI thread.
class DialogFitter : public QObject {
    Q_OBJECT

  public:
    explicit DialogFitter(QObject* parent);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace reelquery
