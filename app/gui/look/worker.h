#pragma once
// A thread of an object of the window: one piece of work at a time, told how far it is and how it
// ended.

#include <QObject>
#include <QString>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"
#include "core/base/error.h"

namespace reelquery {

/// News: how far the work is; of several that wait only the latest is told. Confined to the GUI
/// thread but for tell(). The work is stopped and joined when this goes, so it is the last member
/// of what the work uses.
template <class News>
class Worker {
  public:
    /// What happens on the GUI thread. None of them once the owner is gone.
    struct Tidings {
        std::function<void(const News& news)> progressed;
        std::function<void()> stopped;  ///< the work threw kCancelled
        std::function<void(const QString& message, const QString& hint)> failed;
    };

    /// owner: lives on the GUI thread and holds this.
    Worker(QObject* owner, Tidings tidings) : owner_(owner), tidings_(std::move(tidings)) {}

    bool isRunning() const { return isRunning_; }

    /// Runs `work(const std::stop_token&)` on the thread. What it returns is called on the GUI
    /// thread once the work has nothing left to do. Requires that nothing is running.
    template <class Work>
    void start(Work work) {
        ENSURE(!isRunning_, "one piece of work at a time");
        isRunning_ = true;
        thread_ = std::jthread([this, work = std::move(work)](const std::stop_token& quit) {
            const auto fail = [this](const std::string& message, const std::string& hint) {
                endWith([this, message, hint] {
                    tidings_.failed(toQString(message), toQString(hint));
                });
            };
            try {
                endWith(work(quit));
            } catch (const Error& error) {
                if (error.code() == ErrorCode::kCancelled) {
                    endWith([this] { tidings_.stopped(); });
                } else {
                    fail(error.message(), error.hint());
                }
            } catch (const std::exception& error) {
                fail(error.what(), {});
            }
        });
    }

    /// The work ends soon, unless it ends otherwise first.
    void stop() {
        if (isRunning_) thread_.request_stop();
    }

    /// Called by the work.
    void tell(News news) {
        {
            const std::lock_guard lock(mutex_);
            // The one that waits is told this instead.
            if (std::exchange(news_, std::move(news))) return;
        }
        postTo(owner_, [this] {
            std::optional<News> latest;
            {
                const std::lock_guard lock(mutex_);
                latest = std::exchange(news_, {});
            }
            if (latest && isRunning_) tidings_.progressed(*latest);
        });
    }

  private:
    template <class End>
    void endWith(End end) {
        postTo(owner_, [this, end = std::move(end)] {
            thread_.join();
            isRunning_ = false;
            end();
        });
    }

    QObject* owner_;
    Tidings tidings_;
    bool isRunning_ = false;
    std::mutex mutex_;
    std::optional<News> news_;  // guarded by mutex_; the latest, until told
    std::jthread thread_;
};

}  // namespace reelquery
