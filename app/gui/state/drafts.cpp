#include "app/gui/state/drafts.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <utility>

#include "app/gui/state/settings_model.h"

namespace reelquery {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMostDrafts = 100;
const auto kDraftsKey = QStringLiteral("drafts");

}  // namespace

Drafts::Drafts(SettingsModel& settings)
    : settings_(settings),
      all_(QJsonDocument::fromJson(settings.value(kDraftsKey).toByteArray()).array()) {}

Drafts::Key Drafts::keyOf(const Conversation& conversation) {
    return isWorthKeeping(conversation) ? Key{conversation.id, {}}
                                        : Key{{}, conversation.videoPath};
}

qsizetype Drafts::find(const Key& key) const {
    for (qsizetype at = 0; at < all_.size(); ++at) {
        const QJsonObject one = all_[at].toObject();
        if (one["id"_L1].toString() == key.id && one["video"_L1].toString() == key.video) return at;
    }
    return -1;
}

void Drafts::keep(const Conversation& conversation, const QString& words) {
    const Key key = keyOf(conversation);
    const QJsonArray before = all_;
    if (conversation.id == shown_ && key != shownKey_) {
        if (const qsizetype at = find(shownKey_); at >= 0) all_.removeAt(at);
    }
    shown_ = conversation.id;
    shownKey_ = key;
    const qsizetype at = find(key);
    const bool isEmpty = words.trimmed().isEmpty();
    const bool isSame = at >= 0 && all_[at].toObject()["words"_L1].toString() == words;
    if (at >= 0 && !isSame) all_.removeAt(at);
    if (!isEmpty && !isSame) {
        all_.append(QJsonObject{{"id"_L1, key.id}, {"video"_L1, key.video}, {"words"_L1, words}});
    }
    while (all_.size() > kMostDrafts) all_.removeFirst();
    if (all_ != before) write();
}

QString Drafts::show(const Conversation& conversation) {
    shown_ = conversation.id;
    shownKey_ = keyOf(conversation);
    const qsizetype at = find(shownKey_);
    return at < 0 ? QString() : all_[at].toObject()["words"_L1].toString();
}

void Drafts::rename(const QString& before, const QString& id) {
    if (shown_ == before) shown_ = id;
    if (shownKey_.id == before) shownKey_.id = id;
    const qsizetype at = find({before, {}});
    if (at < 0) return;
    QJsonObject one = all_[at].toObject();
    one["id"_L1] = id;
    all_[at] = one;
    write();
}

void Drafts::write() {
    settings_.setValue(kDraftsKey, QJsonDocument(all_).toJson(QJsonDocument::Compact));
}

}  // namespace reelquery
