#pragma once
// Looks for models on a worker thread.

#include <QObject>
#include <functional>
#include <vector>

#include "core/session/plan/model_catalog.h"

namespace reelquery {

/// Confined to the GUI thread; the search itself runs in Qt's thread pool.
class ModelScanner : public QObject {
    Q_OBJECT

  public:
    using FindModels = std::function<std::vector<ModelEntry>(const std::vector<ModelRoot>& extra)>;

    using FindNeeds = std::function<std::vector<TokenNeed>(const ModelEntry& entry)>;

    /// embedded: listed first; empty when there is none.
    ModelScanner(FindModels find, FindNeeds needs, ModelEntry embedded, QObject* parent = nullptr);

    void scan(std::vector<ModelRoot> extra);

    /// Works out ModelEntry::needs of what was found, once a scan; then needsFound.
    void findNeeds();

    bool isScanning() const { return isScanning_; }

    const std::vector<ModelEntry>& found() const { return found_; }

  Q_SIGNALS:
    void started();
    void finished();
    void needsFound();

  private:
    FindModels find_;
    FindNeeds needs_;
    const ModelEntry embedded_;
    std::vector<ModelEntry> found_;
    bool isScanning_ = false;
    int turn_ = 0;        ///< a later scan makes an earlier one's result void
    int needsTurn_ = -1;  ///< the scan whose needs were asked for
};

}  // namespace reelquery
