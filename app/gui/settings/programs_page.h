#pragma once
// The switch that lets other programs of this computer ask, and what they need for it.

#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace reelquery {

class DoorKeeper;
class ToldLabel;

/// Confined to the GUI thread.
class ProgramsPage : public QWidget {
    Q_OBJECT

  public:
    explicit ProgramsPage(DoorKeeper& door, QWidget* parent = nullptr);

  private:
    void addHead(QBoxLayout* column);
    void addPlaces(QBoxLayout* column);
    void addFolders(QBoxLayout* column);
    /// A field that is only read, with what copies it.
    QLineEdit* addCopied(QFormLayout* form, const QString& label, const char* name,
                         const QString& copyName);
    void askForFolder();
    void present();
    QString stateText() const;
    QString visitsText() const;

    DoorKeeper& door_;
    QCheckBox* switch_ = nullptr;
    ToldLabel* state_ = nullptr;
    QLabel* visits_ = nullptr;
    QSpinBox* port_ = nullptr;
    QLineEdit* address_ = nullptr;
    QLineEdit* key_ = nullptr;
    QLineEdit* model_ = nullptr;
    QListWidget* folders_ = nullptr;
    QPushButton* remove_ = nullptr;
};

}  // namespace reelquery
