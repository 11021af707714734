#pragma once
// What this program is, and the licences of what it is made of.

#include <QDialog>

namespace reelquery {

class AboutDialog : public QDialog {
    Q_OBJECT

  public:
    explicit AboutDialog(const QString& version, QWidget* parent = nullptr);
};

}  // namespace reelquery
