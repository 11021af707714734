#include "app/gui/library/session_library.h"

#include <QCoreApplication>
#include <QPointer>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "app/gui/look/post_to.h"

namespace reelquery {

namespace {

constexpr std::chrono::seconds kPatience{3};

}  // namespace

/// A thread with a file and a queue. It outlives the library where the disk hangs.
class SessionLibrary::Worker {
  public:
    using Work = std::function<void(LibraryFile&)>;

    static std::shared_ptr<Worker> start(const QString& file) {
        auto worker = std::make_shared<Worker>();
        std::thread([worker, file] { worker->loop(file); }).detach();
        return worker;
    }

    void add(Work work) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
        change_.notify_all();
    }

    void finish() {
        std::unique_lock lock(mutex_);
        isEnding_ = true;
        change_.notify_all();
        change_.wait_for(lock, kPatience, [this] { return hasEnded_; });
    }

  private:
    void loop(const QString& name) {
        {
            LibraryFile file(name);
            while (const Work work = next()) work(file);
        }
        const std::lock_guard lock(mutex_);
        hasEnded_ = true;
        change_.notify_all();
    }

    /// Nothing once all is done and the library goes.
    Work next() {
        std::unique_lock lock(mutex_);
        change_.wait(lock, [this] { return isEnding_ || !queue_.empty(); });
        if (queue_.empty()) return {};
        Work work = std::move(queue_.front());
        queue_.pop_front();
        return work;
    }

    std::mutex mutex_;
    std::condition_variable change_;
    std::deque<Work> queue_;                    // guarded by mutex_
    bool isEnding_ = false, hasEnded_ = false;  // guarded by mutex_
};

SessionLibrary::SessionLibrary(const QString& file, QObject* parent)
    : QObject(parent), file_(file), worker_(Worker::start(file)) {
    tryAgain();
}

SessionLibrary::~SessionLibrary() {
    worker_->finish();
}

template <class Result>
void SessionLibrary::run(std::function<Result(LibraryFile&)> work, Then<Result> then,
                         CancelToken token) {
    ++waiting_;
    const QPointer<SessionLibrary> self(this);
    worker_->add([self, work = std::move(work), then = std::move(then),
                  token = std::move(token)](LibraryFile& file) {
        auto result = std::make_shared<Result>();
        if (!token.stop_requested()) *result = work(file);
        if (!qApp) return;
        postTo(qApp, [self, result, then, token, condition = file.condition()] {
            if (!self) return;
            --self->waiting_;
            self->learn(condition);
            if (then && !token.stop_requested()) then(std::move(*result));
        });
    });
}

void SessionLibrary::learn(const LibraryCondition& condition) {
    if (condition == condition_) return;
    condition_ = condition;
    Q_EMIT conditionChanged();
}

void SessionLibrary::tryAgain() {
    run<bool>([](LibraryFile& file) { return file.open().canRead; }, {});
}

void SessionLibrary::save(ConversationChange change, Then<SaveResult> then) {
    const auto kept = std::make_shared<const ConversationChange>(std::move(change));
    run<SaveResult>([kept](LibraryFile& file) { return file.save(*kept); }, std::move(then));
}

void SessionLibrary::load(const QString& id, CancelToken token,
                          Then<std::optional<Conversation>> then) {
    run<std::optional<Conversation>>([id](LibraryFile& file) { return file.load(id); },
                                     std::move(then), std::move(token));
}

void SessionLibrary::list(const QString& search, bool inBin, CancelToken token,
                          Then<std::vector<LibraryEntry>> then) {
    run<std::vector<LibraryEntry>>(
        [search, inBin](LibraryFile& file) { return file.list(search, inBin); }, std::move(then),
        std::move(token));
}

void SessionLibrary::rename(const QString& id, const QString& title, Then<SaveResult> then) {
    run<SaveResult>([id, title](LibraryFile& file) { return file.rename(id, title); },
                    std::move(then));
}

void SessionLibrary::setRemoved(const QString& id, bool isRemoved, Then<bool> then) {
    run<bool>([id, isRemoved](LibraryFile& file) { return file.setRemoved(id, isRemoved); },
              std::move(then));
}

void SessionLibrary::erase(const QString& id, Then<bool> then) {
    run<bool>([id](LibraryFile& file) { return file.erase(id); }, std::move(then));
}

void SessionLibrary::findMoved(const QByteArray& hash, CancelToken token,
                               Then<std::optional<Conversation>> then) {
    run<std::optional<Conversation>>([hash](LibraryFile& file) { return file.findMoved(hash); },
                                     std::move(then), std::move(token));
}

void SessionLibrary::about(const QByteArray& hash, CancelToken token,
                           Then<std::vector<Conversation>> then) {
    run<std::vector<Conversation>>([hash](LibraryFile& file) { return file.about(hash); },
                                   std::move(then), std::move(token));
}

void SessionLibrary::recover(const QString& setAside, Then<std::optional<int>> then) {
    run<std::optional<int>>([setAside](LibraryFile& file) { return file.recover(setAside); },
                            std::move(then));
}

}  // namespace reelquery
