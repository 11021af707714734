#include "app/gui/library/session_library.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QUuid>

namespace reelquery {

namespace {

constexpr const char* kSchema[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS conversations ("
    " id TEXT PRIMARY KEY, title TEXT NOT NULL, video_path TEXT NOT NULL, video_hash BLOB,"
    " changed INTEGER NOT NULL, settings TEXT NOT NULL, questions INTEGER NOT NULL,"
    " words TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS exchanges ("
    " conversation TEXT NOT NULL, place INTEGER NOT NULL, content TEXT NOT NULL,"
    " words TEXT NOT NULL, PRIMARY KEY (conversation, place)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS by_change ON conversations (changed DESC)",
    "CREATE INDEX IF NOT EXISTS by_hash ON conversations (video_hash)",
};

QString json(const QJsonObject& object) {
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

/// What a search looks through, in lower case: SQLite folds ASCII only.
QString searchText(const Conversation& conversation) {
    const QString file = QFileInfo(conversation.videoPath).fileName();
    return QString(conversation.title + QLatin1Char('\n') + file).toLower();
}

QString searchText(const Exchange& exchange) {
    QStringList parts{exchange.question};
    for (const AnswerRecord& answer : exchange.answers) parts.append(answer.text);
    return parts.join(QLatin1Char('\n')).toLower();
}

/// Null strings would be NULL in the table.
QString present(const QString& text) {
    return text.isNull() ? QStringLiteral("") : text;
}

bool write(QSqlQuery& query, const QString& conversation, int place, const Exchange& exchange) {
    query.prepare(
        QStringLiteral("INSERT OR REPLACE INTO exchanges (conversation, place, content, words)"
                       " VALUES (?, ?, ?, ?)"));
    query.addBindValue(conversation);
    query.addBindValue(place);
    query.addBindValue(json(toJson(exchange)));
    query.addBindValue(present(searchText(exchange)));
    return query.exec();
}

const auto kColumns = QStringLiteral(
    "SELECT id, title, video_path, video_hash, changed, settings FROM conversations ");

}  // namespace

SessionLibrary::SessionLibrary(const QString& file)
    : connection_(QUuid::createUuid().toString(QUuid::WithoutBraces)) {
    if (open(file)) return;
    QSqlDatabase::database(connection_, false).close();
    const QString aside =
        file + QStringLiteral(".damaged-") +
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMddhhmmss"));
    if (QFile::rename(file, aside)) open(file);
}

SessionLibrary::~SessionLibrary() {
    QSqlDatabase::database(connection_, false).close();
    QSqlDatabase::removeDatabase(connection_);
}

bool SessionLibrary::open(const QString& file) {
    problem_.clear();
    QSqlDatabase database = QSqlDatabase::contains(connection_)
                                ? QSqlDatabase::database(connection_, false)
                                : QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), connection_);
    database.setDatabaseName(file);
    if (!database.open()) {
        problem_ = database.lastError().text();
        return false;
    }
    for (const char* statement : kSchema) {
        QSqlQuery query(database);
        if (!query.exec(QLatin1String(statement))) {
            problem_ = query.lastError().text();
            return false;
        }
    }
    return bringUpToDate();
}

bool SessionLibrary::bringUpToDate() {
    QSqlDatabase database = QSqlDatabase::database(connection_);
    if (!database.record(QStringLiteral("conversations")).contains(QStringLiteral("exchanges")))
        return true;
    // Version 0.1 kept all exchanges of a conversation in one column.
    QSqlQuery old(database), query(database);
    bool isFine = database.transaction() &&
                  old.exec(QStringLiteral("SELECT id, exchanges FROM conversations"));
    while (isFine && old.next()) {
        int place = 0;
        for (const QJsonValue exchange :
             QJsonDocument::fromJson(old.value(1).toByteArray()).array()) {
            isFine = isFine && write(query, old.value(0).toString(), place++,
                                     exchangeFromJson(exchange.toObject()));
        }
    }
    old.finish();
    isFine = isFine &&
             query.exec(QStringLiteral("ALTER TABLE conversations DROP COLUMN exchanges")) &&
             database.commit();
    if (isFine) return true;
    problem_ =
        database.lastError().isValid() ? database.lastError().text() : query.lastError().text();
    database.rollback();
    return false;
}

bool SessionLibrary::save(const Conversation& conversation) {
    std::set<int> all;
    for (int place = 0; place < int(conversation.exchanges.size()); ++place) all.insert(place);
    return save(conversation, all);
}

bool SessionLibrary::save(const Conversation& conversation, const std::set<int>& changed) {
    QSqlDatabase database = QSqlDatabase::database(connection_);
    const auto count = int(conversation.exchanges.size());
    database.transaction();
    QSqlQuery query(database);
    query.prepare(
        QStringLiteral("INSERT OR REPLACE INTO conversations"
                       " (id, title, video_path, video_hash, changed, settings, questions, words)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    query.addBindValue(conversation.id);
    query.addBindValue(present(conversation.title));
    query.addBindValue(present(conversation.videoPath));
    query.addBindValue(conversation.videoHash);
    query.addBindValue(conversation.changed.toMSecsSinceEpoch());
    query.addBindValue(json(conversation.settings));
    query.addBindValue(count);
    query.addBindValue(searchText(conversation));
    bool isFine = query.exec();
    for (const int place : changed) {
        if (place < count)
            isFine = isFine && write(query, conversation.id, place,
                                     conversation.exchanges[std::size_t(place)]);
    }
    query.prepare(QStringLiteral("DELETE FROM exchanges WHERE conversation = ? AND place >= ?"));
    query.addBindValue(conversation.id);
    query.addBindValue(count);
    isFine = isFine && query.exec();
    if (isFine && database.commit()) return true;
    problem_ = isFine ? database.lastError().text() : query.lastError().text();
    database.rollback();
    return false;
}

std::optional<Conversation> SessionLibrary::conversationFrom(const QSqlQuery& row) const {
    Conversation conversation;
    conversation.id = row.value(0).toString();
    conversation.title = row.value(1).toString();
    conversation.videoPath = row.value(2).toString();
    conversation.videoHash = row.value(3).toByteArray();
    conversation.changed = QDateTime::fromMSecsSinceEpoch(row.value(4).toLongLong(), Qt::UTC);
    conversation.settings = QJsonDocument::fromJson(row.value(5).toByteArray()).object();
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(
        QStringLiteral("SELECT content FROM exchanges WHERE conversation = ? ORDER BY place"));
    query.addBindValue(conversation.id);
    if (!query.exec()) return {};
    while (query.next()) {
        conversation.exchanges.push_back(
            exchangeFromJson(QJsonDocument::fromJson(query.value(0).toByteArray()).object()));
    }
    return conversation;
}

std::optional<Conversation> SessionLibrary::load(const QString& id) const {
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(kColumns + QStringLiteral("WHERE id = ?"));
    query.addBindValue(id);
    if (!query.exec() || !query.next()) return {};
    return conversationFrom(query);
}

void SessionLibrary::remove(const QString& id) {
    QSqlDatabase database = QSqlDatabase::database(connection_);
    database.transaction();
    for (const auto& statement : {QStringLiteral("DELETE FROM conversations WHERE id = ?"),
                                  QStringLiteral("DELETE FROM exchanges WHERE conversation = ?")}) {
        QSqlQuery query(database);
        query.prepare(statement);
        query.addBindValue(id);
        query.exec();
    }
    database.commit();
}

std::vector<LibraryEntry> SessionLibrary::list(const QString& search) const {
    const QStringList words = search.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QString statement =
        QStringLiteral("SELECT id, title, video_path, changed, questions FROM conversations");
    for (qsizetype at = 0; at < words.size(); ++at) {
        statement += at == 0 ? QStringLiteral(" WHERE") : QStringLiteral(" AND");
        statement += QStringLiteral(
            " (instr(words, ?) > 0 OR EXISTS (SELECT 1 FROM exchanges"
            " WHERE conversation = id AND instr(exchanges.words, ?) > 0))");
    }
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(statement + QStringLiteral(" ORDER BY changed DESC"));
    for (const QString& word : words) {
        query.addBindValue(word);
        query.addBindValue(word);
    }
    std::vector<LibraryEntry> entries;
    if (!query.exec()) return entries;
    while (query.next()) {
        entries.push_back(
            {query.value(0).toString(), query.value(1).toString(), query.value(2).toString(),
             QDateTime::fromMSecsSinceEpoch(query.value(3).toLongLong(), Qt::UTC).toLocalTime(),
             query.value(4).toInt()});
    }
    return entries;
}

std::optional<Conversation> SessionLibrary::findUnasked(const QString& videoPath) const {
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(kColumns +
                  QStringLiteral("WHERE video_path = ? AND questions = 0 ORDER BY changed DESC"));
    query.addBindValue(videoPath);
    if (!query.exec() || !query.next()) return {};
    return conversationFrom(query);
}

std::optional<Conversation> SessionLibrary::findByHash(const QByteArray& hash) const {
    if (hash.isEmpty()) return {};
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(kColumns + QStringLiteral("WHERE video_hash = ? ORDER BY changed DESC LIMIT 1"));
    query.addBindValue(hash);
    if (!query.exec() || !query.next()) return {};
    return conversationFrom(query);
}

}  // namespace reelquery
