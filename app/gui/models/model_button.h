#pragma once
// Names the model that answers; a click offers the others that are on this computer.

#include <QToolButton>

class QAction;

namespace reelquery {

class ModelScanner;
class SettingsModel;

/// Confined to the GUI thread.
class ModelButton : public QToolButton {
    Q_OBJECT

  public:
    /// more: the command that opens the page of models; last in the list.
    ModelButton(const ModelScanner& scanner, SettingsModel& settings, QAction* more,
                QWidget* parent = nullptr);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void showName();
    void fillMenu();

    const ModelScanner& scanner_;
    SettingsModel& settings_;
    QAction* more_;
};

}  // namespace reelquery
