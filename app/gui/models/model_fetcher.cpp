#include "app/gui/models/model_fetcher.h"

#include "core/base/error.h"

namespace reelquery {

ModelFetcher::ModelFetcher(ModelHub hub, QObject* parent)
    : QObject(parent),
      hub_(std::move(hub)),
      worker_(this, {[this](const auto& bytes) { Q_EMIT progressed(bytes.first, bytes.second); },
                     [this] { Q_EMIT stopped(); },
                     [this](const QString& message, const QString& hint) {
                         Q_EMIT failed(message, hint);
                     }}) {}

void ModelFetcher::ask(const std::string& name, const std::string& file) {
    ENSURE(canFetch(), "there is no hub");
    worker_.start([this, name, file](const std::stop_token& quit) {
        return [this, offer = hub_.ask(name, file, quit)] { Q_EMIT offered(offer); };
    });
}

void ModelFetcher::fetch(const FetchOffer& offer) {
    ENSURE(canFetch(), "there is no hub");
    worker_.start([this, offer](const std::stop_token& quit) {
        const auto tell = [this](std::int64_t done, std::int64_t total) {
            worker_.tell({done, total});
        };
        hub_.fetch(offer, tell, quit);
        return [this, offer] { Q_EMIT fetched(offer); };
    });
}

void ModelFetcher::stop() {
    worker_.stop();
}

}  // namespace reelquery
