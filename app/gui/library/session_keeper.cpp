#include "app/gui/library/session_keeper.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>
#include <QThreadPool>

#include "app/gui/library/session_library.h"
#include "app/gui/look/format.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "core/base/content_id.h"

namespace reelquery {

namespace {

constexpr int kSaveMs = 500;  // an answer grows faster than it is worth writing
const auto kLastKey = QStringLiteral("library/last");

/// Runs contentId in the pool and calls `done` with it on the GUI thread while `owner` lives.
template <class Done>
void identifyLater(QObject* owner, const QString& path, Done done) {
    const QPointer<QObject> guard(owner);
    QThreadPool::globalInstance()->start([guard, path, done] {
        const auto hash = QByteArray::fromStdString(contentId(toPath(path)));
        QMetaObject::invokeMethod(
            qApp,
            [guard, hash, done] {
                if (guard) done(hash);
            },
            Qt::QueuedConnection);
    });
}

/// Whether a library's hash is a contentId. Libraries of earlier versions hold hashes of other
/// pieces, which are replaced when the conversation is opened beside its video; until then they
/// cannot contradict the file that a user picks.
bool isContentId(const QByteArray& hash) {
    return hash.startsWith("2-");
}

}  // namespace

SessionKeeper::SessionKeeper(ConversationStore& store, SessionLibrary& library,
                             SettingsModel& settings, QObject* parent)
    : QObject(parent), store_(store), library_(library), settings_(settings) {
    soon_.setSingleShot(true);
    soon_.setInterval(kSaveMs);
    connect(&soon_, &QTimer::timeout, this, &SessionKeeper::saveNow);
    connect(&store, &ConversationStore::appended, this, [this](int exchange) {
        changed_.insert(exchange);
        saveNow();
    });
    connect(&store, &ConversationStore::truncated, this, &SessionKeeper::saveNow);
    connect(&store, &ConversationStore::detailsChanged, this, &SessionKeeper::saveSoon);
    connect(&store, &ConversationStore::aboutToShow, this, &SessionKeeper::saveNow);
    connect(&store, &ConversationStore::shown, this, [this] {
        changed_.clear();  // it comes from the library or is empty
        settings_.setValue(kLastKey, store_.conversation().id);
    });
    connect(&store, &ConversationStore::answerChanged, this, [this](int exchange, int answer) {
        changed_.insert(exchange);
        store_.at(exchange).answers[std::size_t(answer)].isOver() ? saveNow() : saveSoon();
    });
}

std::optional<Conversation> SessionKeeper::lastConversation() const {
    return library_.load(settings_.value(kLastKey).toString());
}

void SessionKeeper::saveSoon() {
    if (!soon_.isActive()) soon_.start();
}

void SessionKeeper::saveNow() {
    soon_.stop();
    // A window that was only opened leaves no trace.
    const Conversation& conversation = store_.conversation();
    if (conversation.exchanges.empty() && conversation.videoPath.isEmpty()) return;
    if (!library_.save(conversation, changed_)) {
        Q_EMIT failed(library_.problem());
        return;
    }
    changed_.clear();
    Q_EMIT saved();
}

void SessionKeeper::rename(const QString& id, const QString& title) {
    if (id == store_.conversation().id) return store_.setTitle(title);
    auto renamed = library_.load(id);
    if (!renamed) return;
    renamed->title = title;
    library_.save(*renamed, {});
    Q_EMIT saved();
}

std::optional<Conversation> SessionKeeper::remove(const QString& id) {
    if (id == store_.conversation().id) store_.startNew(store_.conversation().videoPath);
    auto removed = library_.load(id);
    library_.remove(id);
    Q_EMIT saved();
    return removed;
}

void SessionKeeper::bringBack(const Conversation& conversation) {
    library_.save(conversation);
    Q_EMIT saved();
}

void SessionKeeper::identifyVideo() {
    const QString path = store_.conversation().videoPath, id = store_.conversation().id;
    if (path.isEmpty()) return;
    identifyLater(this, path, [this, path, id](const QByteArray& hash) {
        if (store_.conversation().id != id || hash.isEmpty()) return;
        if (!resumeMoved(path, hash)) store_.setVideo(path, hash);
    });
}

bool SessionKeeper::resumeMoved(const QString& path, const QByteArray& hash) {
    if (store_.count() > 0) return false;
    auto known = library_.findByHash(hash);
    if (!known || QFileInfo::exists(known->videoPath)) return false;
    const QString fresh = store_.conversation().id;
    known->videoPath = path;
    store_.show(std::move(*known));
    library_.remove(fresh);
    saveNow();
    return true;
}

void SessionKeeper::relink(const QString& path) {
    const QString id = store_.conversation().id;
    identifyLater(this, path, [this, path, id](const QByteArray& hash) {
        if (store_.conversation().id != id) return;
        const QByteArray known = store_.conversation().videoHash;
        if (hash.isEmpty() || (isContentId(known) && known != hash)) {
            Q_EMIT notTheSame(path);
            return;
        }
        store_.setVideo(path, hash);
        Q_EMIT relinked(path);
    });
}

}  // namespace reelquery
