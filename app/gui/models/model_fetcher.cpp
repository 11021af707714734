#include "app/gui/models/model_fetcher.h"

#include <exception>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"
#include "core/base/error.h"

namespace reelquery {

ModelFetcher::ModelFetcher(ModelHub hub, QObject* parent) : QObject(parent), hub_(std::move(hub)) {}

ModelFetcher::~ModelFetcher() = default;

void ModelFetcher::ask(const std::string& name, const std::string& file) {
    start([this, name, file](const std::stop_token& quit) {
        FetchOffer offer = hub_.ask(name, file, quit);
        endWith([this, offer = std::move(offer)] { Q_EMIT offered(offer); });
    });
}

void ModelFetcher::fetch(const FetchOffer& offer) {
    start([this, offer](const std::stop_token& quit) {
        hub_.fetch(
            offer, [this](std::int64_t done, std::int64_t total) { tell(done, total); }, quit);
        endWith([this, offer] { Q_EMIT fetched(offer); });
    });
}

void ModelFetcher::stop() {
    if (isRunning()) thread_.request_stop();
}

template <class Work>
void ModelFetcher::start(Work work) {
    ENSURE(canFetch() && !isRunning(), "one model at a time");
    isRunning_ = true;
    thread_ = std::jthread([this, work = std::move(work)](const std::stop_token& quit) {
        const auto fail = [this](const std::string& message, const std::string& hint) {
            endWith([this, message, hint] { Q_EMIT failed(toQString(message), toQString(hint)); });
        };
        try {
            work(quit);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::kCancelled) {
                endWith([this] { Q_EMIT stopped(); });
            } else {
                fail(error.message(), error.hint());
            }
        } catch (const std::exception& error) {
            fail(error.what(), {});
        }
    });
}

template <class Tell>
void ModelFetcher::endWith(Tell tell) {
    postTo(this, [this, tell = std::move(tell)] {
        thread_.join();
        isRunning_ = false;
        tell();
    });
}

void ModelFetcher::tell(std::int64_t doneBytes, std::int64_t totalBytes) {
    {
        const std::lock_guard lock(mutex_);
        // The one that waits is told this instead.
        if (std::exchange(news_, std::pair<qint64, qint64>(doneBytes, totalBytes))) return;
    }
    postTo(this, [this] {
        std::optional<std::pair<qint64, qint64>> news;
        {
            const std::lock_guard lock(mutex_);
            news = std::exchange(news_, {});
        }
        if (news && isRunning()) Q_EMIT progressed(news->first, news->second);
    });
}

}  // namespace reelquery
