#include "app/gui/state/conversation_store.h"

#include <QFileInfo>
#include <QUuid>
#include <algorithm>

namespace reelquery {

namespace {

constexpr int kTitleLength = 60;

QString titleFrom(const QString& question) {
    const QString line = question.simplified();
    if (line.size() <= kTitleLength) return line;
    return line.left(kTitleLength - 1) + QChar(0x2026);
}

}  // namespace

ConversationStore::ConversationStore(QObject* parent) : QObject(parent) {
    startNew({});
}

void ConversationStore::show(Conversation conversation) {
    Q_EMIT aboutToShow();
    conversation_ = std::move(conversation);
    Q_EMIT shown();
}

void ConversationStore::startNew(const QString& videoPath) {
    Conversation fresh;
    fresh.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    fresh.videoPath = videoPath;
    fresh.title = QFileInfo(videoPath).completeBaseName();
    fresh.changed = QDateTime::currentDateTimeUtc();
    show(std::move(fresh));
}

void ConversationStore::setTitle(const QString& title) {
    conversation_.title = title;
    Q_EMIT detailsChanged();
}

void ConversationStore::setVideo(const QString& path, const QByteArray& hash) {
    conversation_.videoPath = path;
    conversation_.videoHash = hash;
    Q_EMIT detailsChanged();
}

void ConversationStore::setSettings(const QJsonObject& settings) {
    conversation_.settings = settings;
}

int ConversationStore::append(Exchange exchange) {
    if (conversation_.exchanges.empty()) conversation_.title = titleFrom(exchange.question);
    conversation_.exchanges.push_back(std::move(exchange));
    touch();
    Q_EMIT appended(count() - 1);
    return count() - 1;
}

void ConversationStore::truncate(int count) {
    if (count >= this->count()) return;
    conversation_.exchanges.resize(std::size_t(count));
    touch();
    Q_EMIT truncated(count);
}

int ConversationStore::setCloserLook(int exchange, AnswerRecord answer) {
    Exchange& asked = conversation_.exchanges[std::size_t(exchange)];
    const int place = asked.closerLookAt(answer.looksAt).value_or(int(asked.answers.size()));
    asked.answers.resize(std::max(asked.answers.size(), std::size_t(place) + 1));
    asked.answers[std::size_t(place)] = std::move(answer);
    touch();
    Q_EMIT answerChanged(exchange, place);
    return place;
}

void ConversationStore::setComparison(int exchange, const ComparisonReport& report) {
    conversation_.exchanges[std::size_t(exchange)].comparison = report;
}

void ConversationStore::touch() {
    conversation_.changed = QDateTime::currentDateTimeUtc();
}

}  // namespace reelquery
