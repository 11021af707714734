#include "app/gui/library/library_file.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include "app/gui/library/library_schema.h"
#include "app/gui/look/format.h"
#include "app/gui/state/versions.h"

// Note [Revisions]
// ~~~~~~~~~~~~~~~~
// Every row of a conversation counts how often it was written. A save names the revision that it
// goes on from and is refused where the row is at another one: someone else has written it since,
// and what they wrote must stay. The one who is refused goes on in a copy under a new id (see
// SessionKeeper). A save that goes on from a revision of a row that is gone is refused as well: it
// carries only what has changed, and all of it is wanted then.

namespace reelquery {

namespace {

constexpr qint64 kBinMs = 30LL * 24 * 3600 * 1000;

const auto kConversationColumns = QStringLiteral(
    "SELECT id, title, video_path, video_hash, changed, settings, revision FROM conversations ");

QString json(const QJsonObject& object) {
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

/// Null strings would be NULL in the table.
QString present(const QString& text) {
    return text.isNull() ? QStringLiteral("") : text;
}

/// What a search finds a conversation by, besides what was asked and answered in it.
QString headWords(const QString& title, const QString& videoPath) {
    return QString(title + QLatin1Char('\n') + nameText(videoPath)).toLower();
}

}  // namespace

ConversationChange wholeOf(const Conversation& conversation) {
    ConversationChange change;
    change.head = conversation;
    change.head.exchanges.clear();
    change.head.forks.clear();
    change.head.pictures.clear();
    change.count = int(conversation.exchanges.size());
    for (int place = 0; place < change.count; ++place)
        change.exchanges.emplace(place, conversation.exchanges[std::size_t(place)]);
    change.forks = conversation.forks;
    change.pictures = conversation.pictures;
    return change;
}

LibraryFile::LibraryFile(const QString& file) : connection_(file) {}

SaveResult LibraryFile::save(const ConversationChange& change) {
    for (int turn = 0;; ++turn) {
        if (!connection_.isWritable() && !connection_.open().problem.isEmpty())
            return {SaveOutcome::kFailed, 0, connection_.condition().problem};
        SaveResult result{SaveOutcome::kFailed, 0, {}};
        const bool isFine = connection_.transact([&] { return trySave(change, result); });
        if (isFine) result.outcome = SaveOutcome::kSaved;
        if (result.outcome != SaveOutcome::kFailed) return result;
        const bool isDamaged = connection_.isDamaged();
        result.problem = connection_.condition().problem;
        if (!isDamaged || turn > 0) {
            connection_.close();  // what failed is tried from the start next time
            return result;
        }
        connection_.setAside();
    }
}

bool LibraryFile::trySave(const ConversationChange& change, SaveResult& result) {
    QSqlQuery query(connection_.database());
    query.prepare(QStringLiteral("SELECT revision FROM conversations WHERE id = ?"));
    query.addBindValue(change.head.id);
    if (!connection_.run(query)) return false;
    const std::int64_t revision = query.next() ? query.value(0).toLongLong() : 0;
    query.finish();
    if (revision != change.head.revision) {
        result.outcome = revision == 0 ? SaveOutcome::kMissing : SaveOutcome::kConflict;
        return false;
    }
    result.revision = revision + 1;
    return write(change, result.revision);
}

bool LibraryFile::write(const ConversationChange& change, std::int64_t revision) {
    const Conversation& head = change.head;
    QSqlQuery query(connection_.database());
    query.prepare(
        QStringLiteral("INSERT INTO conversations (title, video_path, video_hash, changed,"
                       " settings, questions, words, revision, id)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT (id) DO UPDATE SET title = excluded.title,"
                       " video_path = excluded.video_path, video_hash = excluded.video_hash,"
                       " changed = excluded.changed, settings = excluded.settings,"
                       " questions = excluded.questions, words = excluded.words,"
                       " revision = excluded.revision"));
    const QVariant values[] = {present(head.title),
                               present(head.videoPath),
                               head.videoHash,
                               head.changed.toMSecsSinceEpoch(),
                               json(head.settings),
                               change.count,
                               headWords(head.title, head.videoPath),
                               qint64(revision),
                               head.id};
    for (const QVariant& value : values) query.addBindValue(value);
    if (!connection_.run(query)) return false;
    query.prepare(
        QStringLiteral("INSERT OR REPLACE INTO exchanges (conversation, place, content, words)"
                       " VALUES (?, ?, ?, ?)"));
    for (const auto& [place, exchange] : change.exchanges) {
        query.addBindValue(head.id);
        query.addBindValue(place);
        query.addBindValue(json(toJson(exchange)));
        query.addBindValue(searchText(exchange));
        if (!connection_.run(query)) return false;
    }
    query.prepare(QStringLiteral("DELETE FROM exchanges WHERE conversation = ? AND place >= ?"));
    query.addBindValue(head.id);
    query.addBindValue(change.count);
    if (!connection_.run(query)) return false;
    if (change.forks) {
        query.prepare(
            QStringLiteral("INSERT OR REPLACE INTO versions (conversation, content)"
                           " VALUES (?, ?)"));
        query.addBindValue(head.id);
        query.addBindValue(
            QString::fromUtf8(QJsonDocument(toJson(*change.forks)).toJson(QJsonDocument::Compact)));
        if (!connection_.run(query)) return false;
    }
    query.prepare(
        QStringLiteral("INSERT OR REPLACE INTO pictures (conversation, time_ms, jpeg)"
                       " VALUES (?, ?, ?)"));
    for (const auto& [timeMs, jpeg] : change.pictures) {
        query.addBindValue(head.id);
        query.addBindValue(timeMs);
        query.addBindValue(jpeg);
        if (!connection_.run(query)) return false;
    }
    return true;
}

std::optional<Conversation> LibraryFile::conversationFrom(const QSqlQuery& row) {
    Conversation conversation;
    conversation.id = row.value(0).toString();
    conversation.title = row.value(1).toString();
    conversation.videoPath = row.value(2).toString();
    conversation.videoHash = row.value(3).toByteArray();
    conversation.changed = QDateTime::fromMSecsSinceEpoch(row.value(4).toLongLong()).toUTC();
    conversation.settings = QJsonDocument::fromJson(row.value(5).toByteArray()).object();
    conversation.revision = row.value(6).toLongLong();
    QSqlQuery query(connection_.database());
    query.prepare(
        QStringLiteral("SELECT content FROM exchanges WHERE conversation = ? ORDER BY place"));
    query.addBindValue(conversation.id);
    if (!connection_.run(query)) return {};
    while (query.next()) {
        conversation.exchanges.push_back(
            exchangeFromJson(QJsonDocument::fromJson(query.value(0).toByteArray()).object()));
    }
    if (query.lastError().isValid()) return {};
    query.prepare(QStringLiteral("SELECT content FROM versions WHERE conversation = ?"));
    query.addBindValue(conversation.id);
    if (!connection_.run(query)) return {};
    if (query.next()) {
        conversation.forks =
            forksFromJson(QJsonDocument::fromJson(query.value(0).toByteArray()).array());
    }
    query.prepare(QStringLiteral("SELECT time_ms, jpeg FROM pictures WHERE conversation = ?"));
    query.addBindValue(conversation.id);
    if (!connection_.run(query)) return {};
    while (query.next())
        conversation.pictures.emplace(query.value(0).toLongLong(), query.value(1).toByteArray());
    return conversation;
}

std::optional<Conversation> LibraryFile::load(const QString& id) {
    std::optional<Conversation> found;
    if (!connection_.open().canRead) return found;
    QSqlDatabase database = connection_.database();
    // One moment of the file: another program may write between the statements.
    database.transaction();
    {
        QSqlQuery query(database);
        query.prepare(kConversationColumns + QStringLiteral("WHERE id = ?"));
        query.addBindValue(id);
        if (connection_.run(query) && query.next()) found = conversationFrom(query);
    }
    database.rollback();
    return found;
}

std::optional<Conversation> LibraryFile::findMoved(const QByteArray& hash) {
    if (hash.isEmpty() || !connection_.open().canRead) return {};
    QString id;
    {
        // Its first row alone: a film is opened often, and most are where they were.
        QSqlQuery query(connection_.database());
        query.prepare(
            QStringLiteral("SELECT id, video_path FROM conversations"
                           " WHERE video_hash = ? AND removed = 0 ORDER BY changed DESC LIMIT 1"));
        query.addBindValue(hash);
        if (!connection_.run(query) || !query.next()) return {};
        if (isThere(query.value(1).toString())) return {};
        id = query.value(0).toString();
    }
    return load(id);
}

std::vector<Conversation> LibraryFile::about(const QByteArray& hash) {
    std::vector<Conversation> found;
    if (hash.isEmpty() || !connection_.open().canRead) return found;
    QStringList ids;
    {
        QSqlQuery query(connection_.database());
        query.prepare(
            QStringLiteral("SELECT id FROM conversations WHERE video_hash = ?"
                           " AND removed = 0 ORDER BY changed DESC LIMIT 50"));
        query.addBindValue(hash);
        if (!connection_.run(query)) return found;
        while (query.next()) ids.append(query.value(0).toString());
    }
    for (const QString& id : ids) {
        if (auto conversation = load(id)) found.push_back(*std::move(conversation));
    }
    return found;
}

SaveResult LibraryFile::rename(const QString& id, const QString& title) {
    if (!connection_.isWritable() && !connection_.open().problem.isEmpty())
        return {SaveOutcome::kFailed, 0, connection_.condition().problem};
    SaveResult result{SaveOutcome::kMissing, 0, {}};
    const bool isFine = connection_.transact([&] {
        QSqlQuery query(connection_.database());
        query.prepare(
            QStringLiteral("SELECT video_path, revision FROM conversations WHERE id = ?"));
        query.addBindValue(id);
        if (!connection_.run(query)) return false;
        if (!query.next()) return true;
        const QString words = headWords(title, query.value(0).toString());
        result = {SaveOutcome::kSaved, query.value(1).toLongLong() + 1, {}};
        query.finish();
        query.prepare(
            QStringLiteral("UPDATE conversations SET title = ?, words = ?, revision = ?"
                           " WHERE id = ?"));
        query.addBindValue(present(title));
        query.addBindValue(words);
        query.addBindValue(qint64(result.revision));
        query.addBindValue(id);
        return connection_.run(query);
    });
    if (!isFine) result = {SaveOutcome::kFailed, 0, connection_.condition().problem};
    return result;
}

bool LibraryFile::setRemoved(const QString& id, bool isRemoved) {
    if (!connection_.open().problem.isEmpty()) return false;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    QSqlQuery query(connection_.database());
    query.prepare(QStringLiteral("SELECT id FROM conversations WHERE removed BETWEEN 1 AND ?"));
    query.addBindValue(now - kBinMs);
    QStringList old;
    if (connection_.run(query)) {
        while (query.next()) old.append(query.value(0).toString());
    }
    query.finish();
    for (const QString& each : old) erase(each);
    query.prepare(QStringLiteral("UPDATE conversations SET removed = ? WHERE id = ?"));
    query.addBindValue(isRemoved ? now : 0);
    query.addBindValue(id);
    return connection_.run(query);
}

bool LibraryFile::erase(const QString& id) {
    if (!connection_.open().problem.isEmpty()) return false;
    return connection_.transact([&] {
        bool isFine = true;
        for (const char* statement : {"DELETE FROM conversations WHERE id = ?",
                                      "DELETE FROM exchanges WHERE conversation = ?",
                                      "DELETE FROM versions WHERE conversation = ?",
                                      "DELETE FROM pictures WHERE conversation = ?"}) {
            QSqlQuery query(connection_.database());
            query.prepare(QLatin1String(statement));
            query.addBindValue(id);
            isFine = isFine && connection_.run(query);
        }
        return isFine;
    });
}

std::vector<LibraryEntry> LibraryFile::list(const QString& search, bool inBin) {
    std::vector<LibraryEntry> entries;
    if (!connection_.open().canRead) return entries;
    const QStringList words = search.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QString statement = QStringLiteral(
        "SELECT id, title, video_path, changed, questions, video_hash FROM conversations"
        " WHERE removed ");
    statement += inBin ? QStringLiteral("> 0") : QStringLiteral("= 0");
    for (qsizetype at = 0; at < words.size(); ++at) {
        statement += QStringLiteral(
            " AND (instr(words, ?) > 0 OR EXISTS (SELECT 1 FROM exchanges"
            " WHERE conversation = id AND instr(exchanges.words, ?) > 0))");
    }
    QSqlQuery query(connection_.database());
    query.prepare(statement + (inBin ? QStringLiteral(" ORDER BY removed DESC")
                                     : QStringLiteral(" ORDER BY changed DESC")));
    for (const QString& word : words) {
        query.addBindValue(word);
        query.addBindValue(word);
    }
    if (!connection_.run(query)) return entries;
    while (query.next()) {
        entries.push_back(
            {query.value(0).toString(), query.value(1).toString(), query.value(2).toString(),
             QDateTime::fromMSecsSinceEpoch(query.value(3).toLongLong()).toUTC().toLocalTime(),
             query.value(4).toInt(), query.value(5).toByteArray()});
    }
    return entries;
}

std::optional<int> LibraryFile::recover(const QString& setAside) {
    // A copy is read: reading may write to the file, and it must stay as it is.
    const QString copy = connection_.file() + QStringLiteral(".recovering");
    const auto removeCopy = [&copy] {
        for (const char* suffix : {"", "-wal", "-shm"}) QFile::remove(copy + QLatin1String(suffix));
    };
    removeCopy();
    for (const char* suffix : {"", "-wal"})
        QFile::copy(setAside + QLatin1String(suffix), copy + QLatin1String(suffix));
    std::optional<int> came;
    {
        LibraryFile damaged(copy);
        QStringList ids;
        if (damaged.connection_.openAsItIs()) {
            QSqlQuery query(damaged.connection_.database());
            if (query.exec(QStringLiteral("SELECT id FROM conversations"))) came = 0;
            while (query.next()) ids.append(query.value(0).toString());
        }
        for (const QString& id : ids) {
            auto conversation = damaged.load(id);
            if (!conversation || load(id)) continue;
            conversation->revision = 0;
            if (save(wholeOf(*conversation)).outcome == SaveOutcome::kSaved) ++*came;
        }
    }
    removeCopy();
    return came;
}

}  // namespace reelquery
