#pragma once
// All keys on one sheet.

#include <QDialog>

class QBoxLayout;
class QScrollArea;

namespace reelquery {

class WindowActions;

/// Two columns, one where there is no room for them. Confined to the GUI thread.
class KeySheet : public QDialog {
    Q_OBJECT

  public:
    explicit KeySheet(const WindowActions& actions, QWidget* parent = nullptr);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QScrollArea* area_;
    QBoxLayout* halves_;
    int besideWidth_ = 0;  ///< that both columns need
};

}  // namespace reelquery
