#pragma once
// The library as the window sees it: nothing waits for the disk.

#include <QObject>
#include <functional>
#include <memory>

#include "app/gui/library/library_file.h"
#include "core/base/cancel.h"

namespace reelquery {

/// Owns the thread that owns the file. Calls are carried out in order; what they return is handed
/// over on the GUI thread while the library lives. What is read and called off before its turn is
/// not read, so that saves do not wait behind it, and `then` is not called. Confined to the GUI
/// thread.
class SessionLibrary : public QObject {
    Q_OBJECT

  public:
    template <class Result>
    using Then = std::function<void(Result)>;

    explicit SessionLibrary(const QString& file, QObject* parent = nullptr);
    /// Carries out what is left, and waits for it: at most three seconds, should the disk hang.
    ~SessionLibrary() override;

    const QString& file() const { return file_; }

    /// As far as is known; see conditionChanged.
    const LibraryCondition& condition() const { return condition_; }

    /// True while nothing is asked of the file.
    bool isIdle() const { return waiting_ == 0; }

    void save(ConversationChange change, Then<SaveResult> then);
    void load(const QString& id, CancelToken token, Then<std::optional<Conversation>> then);
    void list(const QString& search, bool inBin, CancelToken token,
              Then<std::vector<LibraryEntry>> then);
    void rename(const QString& id, const QString& title, Then<SaveResult> then);
    void setRemoved(const QString& id, bool isRemoved, Then<bool> then);
    void erase(const QString& id, Then<bool> then);
    void findMoved(const QByteArray& hash, CancelToken token,
                   Then<std::optional<Conversation>> then);
    void about(const QByteArray& hash, CancelToken token, Then<std::vector<Conversation>> then);
    void recover(const QString& setAside, Then<std::optional<int>> then);

    /// Tries to open the file once more, where it could not be.
    void tryAgain();

  Q_SIGNALS:
    void conditionChanged();

  private:
    class Worker;

    /// Runs `work` with the file on its thread, then `then` with the result on this one.
    template <class Result>
    void run(std::function<Result(LibraryFile&)> work, Then<Result> then, CancelToken token = {});
    void learn(const LibraryCondition& condition);

    const QString file_;
    std::shared_ptr<Worker> worker_;  ///< its thread holds it, too
    LibraryCondition condition_;
    int waiting_ = 0;
};

}  // namespace reelquery
