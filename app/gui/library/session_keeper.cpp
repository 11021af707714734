#include "app/gui/library/session_keeper.h"

#include <algorithm>

#include "app/gui/library/picture_keeper.h"
#include "app/gui/library/session_library.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/settings_model.h"

namespace reelquery {

namespace {

constexpr int kSaveMs = 500;       // an answer grows faster than it is worth writing
constexpr int kTryAgainMs = 3000;  // after a save that failed
const auto kLastKey = QStringLiteral("library/last");
const auto kLastVideoKey = QStringLiteral("library/lastVideo");

}  // namespace

SessionKeeper::SessionKeeper(ConversationStore& store, SessionLibrary& library,
                             SettingsModel& settings, QuestionRunner& runner,
                             PictureKeeper& pictures, QObject* parent)
    : QObject(parent),
      store_(store),
      library_(library),
      settings_(settings),
      runner_(runner),
      pictures_(pictures) {
    soon_.setSingleShot(true);
    soon_.setInterval(kSaveMs);
    again_.setSingleShot(true);
    again_.setInterval(kTryAgainMs);
    connect(&soon_, &QTimer::timeout, this, &SessionKeeper::saveNow);
    connect(&again_, &QTimer::timeout, this, &SessionKeeper::saveNow);
    follow();
}

void SessionKeeper::follow() {
    connect(&store_, &ConversationStore::exchangeChanged, this,
            [this](const QString& id, int exchange, bool isOver) {
                unsaved_[id].places.insert(exchange);
                if (isOver) {
                    saveNow();
                } else {
                    saveSoon();
                }
            });
    connect(&store_, &ConversationStore::headChanged, this, [this](const QString& id) {
        unsaved_[id].hasHead = true;
        saveSoon();
    });
    connect(&store_, &ConversationStore::versionsChanged, this, [this](const QString& id) {
        unsaved_[id].hasHead = unsaved_[id].hasVersions = true;
        saveSoon();
    });
    connect(&store_, &ConversationStore::picturesAdded, this, [this](const QString& id) {
        unsaved_[id].hasPictures = true;
        saveSoon();
    });
    connect(&store_, &ConversationStore::becameCopy, this,
            [this](const QString& before, const QString& id) {
                unsaved_.erase(before);
                wantAll(id);
                if (store_.isShown(id)) settings_.setValue(kLastKey, id);
            });
    connect(&store_, &ConversationStore::aboutToShow, this, &SessionKeeper::saveNow);
    connect(&store_, &ConversationStore::shown, this, [this] {
        settings_.setValue(kLastKey, store_.conversation().id);
        settings_.setValue(kLastVideoKey, store_.conversation().videoPath);
        letGo();
    });
    connect(&runner_, &QuestionRunner::ended, this, &SessionKeeper::letGo);
    connect(&pictures_, &PictureKeeper::made, this, [this] {
        letGo();
        if (isAllSaved()) Q_EMIT saved();
    });
}

void SessionKeeper::loadLast(std::function<void(std::optional<Conversation>)> then) {
    library_.load(settings_.value(kLastKey).toString(), {}, std::move(then));
}

QString SessionKeeper::lastVideo() const {
    return settings_.value(kLastVideoKey).toString();
}

bool SessionKeeper::isAllSaved() const {
    return unsaved_.empty() && !pictures_.isMaking();
}

void SessionKeeper::saveSoon() {
    if (!soon_.isActive()) soon_.start();
}

void SessionKeeper::wantAll(const QString& id) {
    const Conversation* conversation = store_.find(id);
    if (!conversation) return;
    Unsaved& wanted = unsaved_[id];
    for (int place = 0; place < int(conversation->exchanges.size()); ++place)
        wanted.places.insert(place);
    wanted.hasHead = wanted.hasVersions = wanted.hasPictures = true;
}

void SessionKeeper::saveNow() {
    soon_.stop();
    std::vector<QString> ids;
    for (const auto& [id, unsaved] : unsaved_) ids.push_back(id);
    for (const QString& id : ids) write(id);
}

void SessionKeeper::write(const QString& id) {
    const Conversation* conversation = store_.find(id);
    if (!conversation || erased_.count(id) > 0 || !isWorthKeeping(*conversation)) {
        unsaved_.erase(id);
        return;
    }
    Unsaved& unsaved = unsaved_[id];
    unsaved.isUrgent = unsaved.isWriting;
    if (unsaved.isWriting) return;
    ConversationChange change;
    change.head.id = conversation->id;
    change.head.title = conversation->title;
    change.head.videoPath = conversation->videoPath;
    change.head.videoHash = conversation->videoHash;
    change.head.changed = conversation->changed;
    change.head.settings = conversation->settings;
    change.head.revision = conversation->revision;
    change.count = int(conversation->exchanges.size());
    for (const int place : unsaved.places) {
        if (place < change.count)
            change.exchanges.emplace(place, conversation->exchanges[std::size_t(place)]);
    }
    if (unsaved.hasVersions) change.forks = conversation->forks;
    if (unsaved.hasPictures) change.pictures = conversation->pictures;
    unsaved.placesOnTheWay = std::move(unsaved.places);
    unsaved.places.clear();
    const bool hasVersions = unsaved.hasVersions, hasPictures = unsaved.hasPictures;
    unsaved.hasHead = unsaved.hasVersions = unsaved.hasPictures = false;
    unsaved.isWriting = true;
    library_.save(std::move(change), [=, this](const SaveResult& result) {
        const auto found = unsaved_.find(id);
        if (found == unsaved_.end()) return;  // removed meanwhile
        if (result.outcome != SaveOutcome::kSaved) {
            found->second.places.merge(found->second.placesOnTheWay);
            found->second.hasHead = true;
            found->second.hasVersions |= hasVersions;
            found->second.hasPictures |= hasPictures;
        }
        found->second.placesOnTheWay.clear();
        found->second.isWriting = false;
        written(id, result);
    });
}

void SessionKeeper::written(const QString& id, const SaveResult& result) {
    Unsaved& unsaved = unsaved_[id];
    switch (result.outcome) {
        case SaveOutcome::kSaved: {
            store_.setRevision(id, result.revision);
            unsaved.problem.clear();
            const bool isUrgent = unsaved.isUrgent;
            const bool isDone = unsaved.places.empty() && !unsaved.hasHead &&
                                !unsaved.hasVersions && !unsaved.hasPictures;
            if (isDone) unsaved_.erase(id);
            if (!isDone && isUrgent) write(id);
            letGo();
            Q_EMIT saved();
            sayRecovered();
            if (!isDone && !isUrgent) saveSoon();
            break;
        }
        case SaveOutcome::kConflict: {
            const Conversation* conversation = store_.find(id);
            const QString title = conversation ? conversation->title : QString();
            store_.goOnAsCopy(id);  // saved as such by becameCopy
            Q_EMIT copied(title);
            saveNow();
            break;
        }
        case SaveOutcome::kMissing:
            store_.setRevision(id, 0);
            wantAll(id);
            saveNow();
            break;
        case SaveOutcome::kFailed: {
            unsaved.problem = result.problem;
            hasFailed_ = true;
            again_.start();
            Q_EMIT failed(result.problem);
            Q_EMIT saved();
            break;
        }
    }
}

bool SessionKeeper::isStuck() const {
    return std::any_of(unsaved_.begin(), unsaved_.end(), [](const auto& each) {
        return !each.second.problem.isEmpty() && !each.second.isWriting;
    });
}

void SessionKeeper::sayRecovered() {
    const bool isOver = std::all_of(unsaved_.begin(), unsaved_.end(),
                                    [](const auto& each) { return each.second.problem.isEmpty(); });
    if (hasFailed_ && isOver) {
        hasFailed_ = false;
        Q_EMIT recovered();
    }
}

std::vector<LibraryEntry> SessionKeeper::unsaved() const {
    return entriesOf([](const Unsaved& unsaved) { return !unsaved.problem.isEmpty(); });
}

std::vector<LibraryEntry> SessionKeeper::pending() const {
    return entriesOf([](const Unsaved&) { return true; });
}

std::vector<LibraryEntry> SessionKeeper::entriesOf(
    const std::function<bool(const Unsaved&)>& isWanted) const {
    std::vector<LibraryEntry> entries;
    for (const auto& [id, unsaved] : unsaved_) {
        const Conversation* conversation = store_.find(id);
        if (!conversation || !isWanted(unsaved)) continue;
        entries.push_back({id, conversation->title, conversation->videoPath,
                           conversation->changed.toLocalTime(), int(conversation->exchanges.size()),
                           conversation->videoHash});
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.changed > b.changed; });
    return entries;
}

void SessionKeeper::letGo() {
    for (const QString& id : store_.heldIds()) {
        const bool isAwaited = runner_.isRunning(id) || pictures_.isMaking(id);
        if (unsaved_.count(id) == 0 && !isAwaited) store_.release(id);
    }
}

void SessionKeeper::rename(const QString& id, const QString& title) {
    if (store_.find(id)) return store_.setTitle(id, title);
    library_.rename(id, title, [this, id, title](const SaveResult& result) {
        // It may have been opened meanwhile, as it was before.
        const Conversation* opened = store_.find(id);
        if (result.outcome == SaveOutcome::kFailed) {
            Q_EMIT couldNotRename(result.problem);
        } else if (opened && result.revision == opened->revision + 1) {
            store_.setRevision(id, result.revision);
        }
        if (opened) store_.setTitle(id, title);
        Q_EMIT saved();
    });
}

void SessionKeeper::remove(const QString& id) {
    const Conversation* known = store_.find(id);
    runner_.stop(id);
    const QString title = known ? known->title : QString();
    if (store_.isShown(id)) {
        saveNow();
        store_.startNew(store_.conversation().videoPath);
    }
    library_.setRemoved(id, true, [this, id, title](bool isRemoved) {
        if (isRemoved) {
            // It may have been opened meanwhile.
            if (store_.isShown(id)) store_.startNew(store_.conversation().videoPath);
            Q_EMIT removed(id, title);
        } else {
            Q_EMIT couldNotRemove(library_.condition().problem);
        }
        Q_EMIT saved();
    });
}

void SessionKeeper::bringBack(const QString& id) {
    library_.setRemoved(id, false, [this](bool isBack) {
        if (!isBack) Q_EMIT couldNotBringBack(library_.condition().problem);
        Q_EMIT saved();
    });
}

void SessionKeeper::erase(const QString& id) {
    runner_.stop(id);
    erased_.insert(id);
    library_.erase(id, [this, id](bool isGone) {
        if (!isGone) {
            erased_.erase(id);
            Q_EMIT couldNotRemove(library_.condition().problem);
        } else if (store_.isShown(id)) {
            store_.startNew(store_.conversation().videoPath);
        }
        Q_EMIT saved();
    });
}

}  // namespace reelquery
