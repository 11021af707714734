#pragma once
// Asks the hub about a model and fetches it, on a thread of its own.

#include <QObject>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/gui/models/model_hub.h"

namespace reelquery {

/// One model at a time: ask, then offered; fetch, then fetched. Either may end with failed or
/// stopped instead. Confined to the GUI thread; the work has its own, which is stopped and joined
/// (0.5 s) when this goes.
class ModelFetcher : public QObject {
    Q_OBJECT

  public:
    explicit ModelFetcher(ModelHub hub, QObject* parent = nullptr);
    ~ModelFetcher() override;

    const ModelHub& hub() const { return hub_; }

    bool canFetch() const { return hub_.ask && hub_.fetch; }

    bool isRunning() const { return isRunning_; }

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
    template <class Work>
    void start(Work work);
    /// Runs on the GUI thread, once the work's thread has nothing left to do.
    template <class Tell>
    void endWith(Tell tell);
    void tell(std::int64_t doneBytes, std::int64_t totalBytes);

    const ModelHub hub_;
    bool isRunning_ = false;
    std::mutex mutex_;
    std::optional<std::pair<qint64, qint64>> news_;  // guarded by mutex_; the latest, until told
    std::jthread thread_;
};

}  // namespace reelquery
