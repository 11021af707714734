#pragma once
// The models found on this computer, and how to get one.

#include <QWidget>

#include "app/gui/models/model_hub.h"

class QListWidget;
class QPushButton;

namespace reelquery {

class ModelScanner;
class SettingsModel;
class ToldLabel;

/// Picks the model of the settings. Confined to the GUI thread.
class ModelsPage : public QWidget {
    Q_OBJECT

  public:
    ModelsPage(ModelScanner& scanner, SettingsModel& settings, ModelHub hub,
               QWidget* parent = nullptr);

  Q_SIGNALS:
    /// A folder was added; the search has to run again.
    void scanRequested();
    void chosen();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void fill();
    void use();
    void addFolder();

    ModelScanner& scanner_;
    SettingsModel& settings_;
    QListWidget* list_;
    ToldLabel* state_;
    QPushButton* use_;
};

}  // namespace reelquery
