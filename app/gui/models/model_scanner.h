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

    /// embedded: listed first; empty when there is none.
    ModelScanner(FindModels find, ModelEntry embedded, QObject* parent = nullptr);

    void scan(std::vector<ModelRoot> extra);

    bool isScanning() const { return isScanning_; }

    const std::vector<ModelEntry>& found() const { return found_; }

  Q_SIGNALS:
    void started();
    void finished();

  private:
    FindModels find_;
    const ModelEntry embedded_;
    std::vector<ModelEntry> found_;
    bool isScanning_ = false;
    int turn_ = 0;  ///< a later scan makes an earlier one's result void
};

}  // namespace reelquery
