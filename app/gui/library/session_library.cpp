#include "app/gui/library/session_library.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>

namespace reelquery {

namespace {

constexpr const char* kSchema[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS conversations ("
    " id TEXT PRIMARY KEY, title TEXT NOT NULL, video_path TEXT NOT NULL, video_hash BLOB,"
    " changed INTEGER NOT NULL, settings TEXT NOT NULL, exchanges TEXT NOT NULL,"
    " questions INTEGER NOT NULL, words TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS by_change ON conversations (changed DESC)",
    "CREATE INDEX IF NOT EXISTS by_hash ON conversations (video_hash)",
};

QString json(const QJsonObject& object) {
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

QString exchangesText(const Conversation& conversation) {
    QJsonArray array;
    for (const Exchange& exchange : conversation.exchanges) array.append(toJson(exchange));
    return QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact));
}

/// What a search looks through, in lower case: SQLite folds ASCII only.
QString searchText(const Conversation& conversation) {
    QStringList parts{conversation.title, QFileInfo(conversation.videoPath).fileName()};
    for (const Exchange& exchange : conversation.exchanges) {
        parts.append(exchange.question);
        for (const AnswerRecord& answer : exchange.answers) parts.append(answer.text);
    }
    return parts.join(QLatin1Char('\n')).toLower();
}

Conversation conversationFrom(const QSqlQuery& row) {
    Conversation conversation;
    conversation.id = row.value(0).toString();
    conversation.title = row.value(1).toString();
    conversation.videoPath = row.value(2).toString();
    conversation.videoHash = row.value(3).toByteArray();
    conversation.changed = QDateTime::fromMSecsSinceEpoch(row.value(4).toLongLong(), Qt::UTC);
    conversation.settings = QJsonDocument::fromJson(row.value(5).toByteArray()).object();
    const QJsonArray exchanges = QJsonDocument::fromJson(row.value(6).toByteArray()).array();
    for (const QJsonValue exchange : exchanges) {
        conversation.exchanges.push_back(exchangeFromJson(exchange.toObject()));
    }
    return conversation;
}

const auto kColumns = QStringLiteral(
    "SELECT id, title, video_path, video_hash, changed, settings, exchanges FROM conversations ");

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
    return true;
}

void SessionLibrary::save(const Conversation& conversation) {
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(QStringLiteral(
        "INSERT OR REPLACE INTO conversations"
        " (id, title, video_path, video_hash, changed, settings, exchanges, questions, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    query.addBindValue(conversation.id);
    query.addBindValue(conversation.title.isNull() ? QStringLiteral("") : conversation.title);
    query.addBindValue(conversation.videoPath.isNull() ? QStringLiteral("")
                                                       : conversation.videoPath);
    query.addBindValue(conversation.videoHash);
    query.addBindValue(conversation.changed.toMSecsSinceEpoch());
    query.addBindValue(json(conversation.settings));
    query.addBindValue(exchangesText(conversation));
    query.addBindValue(int(conversation.exchanges.size()));
    query.addBindValue(searchText(conversation));
    if (!query.exec()) problem_ = query.lastError().text();
}

std::optional<Conversation> SessionLibrary::load(const QString& id) const {
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(kColumns + QStringLiteral("WHERE id = ?"));
    query.addBindValue(id);
    if (!query.exec() || !query.next()) return {};
    return conversationFrom(query);
}

void SessionLibrary::remove(const QString& id) {
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(QStringLiteral("DELETE FROM conversations WHERE id = ?"));
    query.addBindValue(id);
    query.exec();
}

std::vector<LibraryEntry> SessionLibrary::list(const QString& search) const {
    const QStringList words = search.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QString statement =
        QStringLiteral("SELECT id, title, video_path, changed, questions FROM conversations");
    for (qsizetype at = 0; at < words.size(); ++at) {
        statement += at == 0 ? QStringLiteral(" WHERE") : QStringLiteral(" AND");
        statement += QStringLiteral(" instr(words, ?) > 0");
    }
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(statement + QStringLiteral(" ORDER BY changed DESC"));
    for (const QString& word : words) query.addBindValue(word);
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

std::optional<Conversation> SessionLibrary::findByHash(const QByteArray& hash) const {
    if (hash.isEmpty()) return {};
    QSqlQuery query(QSqlDatabase::database(connection_));
    query.prepare(kColumns + QStringLiteral("WHERE video_hash = ? ORDER BY changed DESC LIMIT 1"));
    query.addBindValue(hash);
    if (!query.exec() || !query.next()) return {};
    return conversationFrom(query);
}

}  // namespace reelquery
