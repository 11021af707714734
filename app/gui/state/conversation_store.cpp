#include "app/gui/state/conversation_store.h"

#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/state/versions.h"

namespace reelquery {

namespace {

constexpr int kTitleLength = 60;

QString titleFrom(const QString& question) {
    const QString line = question.simplified();
    if (line.size() <= kTitleLength) return line;
    return line.left(kTitleLength - 1) + QChar(0x2026);
}

QString freshId() {
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

}  // namespace

ConversationStore::ConversationStore(QObject* parent) : QObject(parent) {
    startNew({});
}

const Conversation* ConversationStore::find(const QString& id) const {
    if (isShown(id)) return &conversation_;
    const auto held = held_.find(id);
    return held == held_.end() ? nullptr : &held->second;
}

Conversation* ConversationStore::own(const QString& id) {
    return const_cast<Conversation*>(std::as_const(*this).find(id));
}

std::vector<QString> ConversationStore::heldIds() const {
    std::vector<QString> ids;
    for (const auto& [id, conversation] : held_) ids.push_back(id);
    return ids;
}

void ConversationStore::show(Conversation conversation) {
    Q_EMIT aboutToShow();
    held_.erase(conversation.id);
    Conversation before = std::exchange(conversation_, std::move(conversation));
    const QString id = before.id;
    if (!id.isEmpty() && id != conversation_.id) held_.insert_or_assign(id, std::move(before));
    Q_EMIT shown();
}

bool ConversationStore::showHeld(const QString& id) {
    const auto held = held_.find(id);
    if (held == held_.end()) return false;
    show(Conversation(held->second));
    return true;
}

void ConversationStore::startNew(const QString& videoPath) {
    Conversation fresh;
    fresh.id = freshId();
    fresh.videoPath = videoPath;
    fresh.title = QFileInfo(pathText(videoPath)).completeBaseName();
    fresh.changed = QDateTime::currentDateTimeUtc();
    show(std::move(fresh));
}

void ConversationStore::release(const QString& id) {
    held_.erase(id);
}

void ConversationStore::setTitle(const QString& id, const QString& title) {
    Conversation* conversation = own(id);
    if (!conversation) return;
    conversation->title = title;
    Q_EMIT headChanged(id);
    if (isShown(id)) Q_EMIT detailsChanged();
}

void ConversationStore::setVideo(const QString& path, const QByteArray& hash) {
    if (conversation_.videoPath == path && conversation_.videoHash == hash) return;
    conversation_.videoPath = path;
    conversation_.videoHash = hash;
    Q_EMIT headChanged(conversation_.id);
    Q_EMIT detailsChanged();
}

void ConversationStore::setSettings(const QString& id, const QJsonObject& settings) {
    if (Conversation* conversation = own(id)) conversation->settings = settings;
}

void ConversationStore::setRevision(const QString& id, std::int64_t revision) {
    if (Conversation* conversation = own(id)) conversation->revision = revision;
}

QString ConversationStore::goOnAsCopy(const QString& id) {
    Conversation* conversation = own(id);
    if (!conversation) return {};
    const QString copy = freshId();
    const bool isHeld = !isShown(id);
    conversation->id = copy;
    conversation->revision = 0;
    if (isHeld) {
        auto node = held_.extract(id);
        node.key() = copy;
        held_.insert(std::move(node));
    }
    Q_EMIT becameCopy(id, copy);
    return copy;
}

int ConversationStore::append(const QString& id, Exchange exchange) {
    Conversation& conversation = *own(id);
    if (conversation.exchanges.empty() && conversation.forks.empty())
        conversation.title = titleFrom(exchange.question);
    conversation.exchanges.push_back(std::move(exchange));
    touch(conversation);
    const int place = int(conversation.exchanges.size()) - 1;
    if (isShown(id)) Q_EMIT appended(place);
    Q_EMIT exchangeChanged(id, place, true);
    return place;
}

void ConversationStore::startVersion(const QString& id, int at) {
    Conversation* conversation = own(id);
    if (!conversation || at < 0 || at >= int(conversation->exchanges.size())) return;
    reelquery::startVersion(*conversation, at);
    touch(*conversation);
    if (isShown(id)) Q_EMIT truncated(at);
    Q_EMIT versionsChanged(id);
}

void ConversationStore::showVersion(int at, int which) {
    if (!reelquery::showVersion(conversation_, at, which)) return;
    touch(conversation_);
    Q_EMIT truncated(at);
    for (int place = at; place < count(); ++place) Q_EMIT appended(place);
    for (int place = at; place < count(); ++place)
        Q_EMIT exchangeChanged(conversation_.id, place, true);
    Q_EMIT versionsChanged(conversation_.id);
}

void ConversationStore::truncate(int count) {
    if (count >= this->count()) return;
    conversation_.exchanges.resize(std::size_t(count));
    std::erase_if(conversation_.forks, [count](const Fork& fork) { return fork.at > count; });
    touch(conversation_);
    Q_EMIT truncated(count);
    Q_EMIT versionsChanged(conversation_.id);
}

int ConversationStore::setCloserLook(const QString& id, int exchange, AnswerRecord answer) {
    Conversation& conversation = *own(id);
    Exchange& asked = conversation.exchanges[std::size_t(exchange)];
    const int place = asked.closerLookAt(answer.looksAt).value_or(int(asked.answers.size()));
    asked.answers.resize(std::max(asked.answers.size(), std::size_t(place) + 1));
    asked.answers[std::size_t(place)] = std::move(answer);
    tell(conversation, exchange, place);
    return place;
}

void ConversationStore::setComparison(const QString& id, int exchange,
                                      const ComparisonReport& report) {
    Conversation* conversation = own(id);
    if (conversation) conversation->exchanges[std::size_t(exchange)].comparison = report;
}

void ConversationStore::addPictures(const QString& id, const Pictures& pictures) {
    Conversation* conversation = own(id);
    if (!conversation || pictures.empty()) return;
    for (const auto& [timeMs, jpeg] : pictures)
        conversation->pictures.insert_or_assign(timeMs, jpeg);
    if (isShown(id)) Q_EMIT picturesChanged();
    Q_EMIT picturesAdded(id);
}

void ConversationStore::tell(Conversation& conversation, int exchange, int answer) {
    touch(conversation);
    const AnswerRecord& changed =
        conversation.exchanges[std::size_t(exchange)].answers[std::size_t(answer)];
    const bool isOver = changed.isOver();
    const QString id = conversation.id;
    if (isShown(id)) Q_EMIT answerChanged(exchange, answer);
    Q_EMIT exchangeChanged(id, exchange, isOver);
}

void ConversationStore::touch(Conversation& conversation) {
    conversation.changed = QDateTime::currentDateTimeUtc();
}

}  // namespace reelquery
