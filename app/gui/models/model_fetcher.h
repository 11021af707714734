#pragma once
// Asks the hub about a model and fetches it, on a thread of its own.

#include <QObject>
#include <utility>

#include "app/gui/look/worker.h"
#include "app/gui/models/model_hub.h"

namespace reelquery {

/// One model at a time: ask, then offered; fetch, then fetched. Either may end with failed or
/// stopped instead. Confined to the GUI thread; the work has its own, which is stopped and joined
/// (0.5 s) when this goes.
class ModelFetcher : public QObject {
    Q_OBJECT

  public:
    explicit ModelFetcher(ModelHub hub, QObject* parent = nullptr);

    const ModelHub& hub() const { return hub_; }

    bool canFetch() const { return hub_.ask && hub_.fetch; }

    bool isRunning() const { return worker_.isRunning(); }

    /// Both require canFetch and that nothing is running. name, file: as ModelHub::ask's.
    void ask(const std::string& name, const std::string& file);
    void fetch(const FetchOffer& offer);

    /// Ends with stopped soon, unless it ends otherwise first.
    void stop();

  Q_SIGNALS:
    void offered(const FetchOffer& offer);
    void progressed(qint64 doneBytes, qint64 totalBytes);
    void fetched(const FetchOffer& offer);
    void failed(const QString& message, const QString& hint);
    void stopped();

  private:
    const ModelHub hub_;
    Worker<std::pair<qint64, qint64>> worker_;  // done and total bytes
};

}  // namespace reelquery
