#pragma once
// The models found on this computer, and how to get one.

#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace reelquery {

class ModelScanner;
class SettingsModel;

/// Picks the model of the settings. Confined to the GUI thread.
class ModelsPage : public QWidget {
    Q_OBJECT

  public:
    ModelsPage(ModelScanner& scanner, SettingsModel& settings, QWidget* parent = nullptr);

  Q_SIGNALS:
    /// A folder was added; the search has to run again.
    void scanRequested();
    void chosen();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* makeDownloads();
    void fill();
    void use();
    void addFolder();

    ModelScanner& scanner_;
    SettingsModel& settings_;
    QListWidget* list_;
    QLabel* state_;
    QPushButton* use_;
};

}  // namespace reelquery
