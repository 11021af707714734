#pragma once
// Which model answers: what the command line names, what was chosen last, or the first that is
// complete.

#include <vector>

#include "app/gui/models/model_scanner.h"

namespace reelquery {

class SettingsModel;

/// Searches for models and keeps the model of the settings one that is there. Confined to the GUI
/// thread.
class AnsweringModel : public QObject {
    Q_OBJECT

  public:
    /// roots: searched before the user's folders. embedded: the folder of the model that comes with
    /// the program; empty when there is none.
    AnsweringModel(ModelScanner::FindModels find, ModelScanner::FindNeeds needs,
                   std::vector<ModelRoot> roots, const std::filesystem::path& embedded,
                   SettingsModel& settings, QObject* parent = nullptr);

    ModelScanner& scanner() { return scanner_; }

    /// Searches in all folders, those added in the settings, too.
    void find();

  private:
    void choose();

    const std::vector<ModelRoot> roots_;
    SettingsModel& settings_;
    ModelScanner scanner_;
    bool hasScanned_ = false;
};

}  // namespace reelquery
