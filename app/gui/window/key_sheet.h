#pragma once
// All keys on one sheet.

#include <QDialog>

namespace reelquery {

class WindowActions;

class KeySheet : public QDialog {
    Q_OBJECT

  public:
    explicit KeySheet(const WindowActions& actions, QWidget* parent = nullptr);
};

}  // namespace reelquery
