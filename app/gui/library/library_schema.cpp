#include "app/gui/library/library_schema.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>

#include "app/gui/state/exchange.h"

namespace reelquery {

namespace {

/// The tables of version 1, made where they are not there yet.
constexpr const char* kFirst[] = {
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

/// Version 2: revisions, the bin, versions of questions, pictures of moments.
constexpr const char* kSecond[] = {
    "ALTER TABLE conversations ADD COLUMN revision INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE conversations ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE versions (conversation TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE pictures (conversation TEXT NOT NULL, time_ms INTEGER NOT NULL,"
    " jpeg BLOB NOT NULL, PRIMARY KEY (conversation, time_ms))",
};

/// One transaction, from the version that is found inside it to ours.
class Migration {
  public:
    explicit Migration(QSqlDatabase& database) : database_(database), query_(database) {}

    bool run() {
        if (!exec(QStringLiteral("BEGIN IMMEDIATE"))) return false;
        const bool isFine = steps() && exec(QStringLiteral("COMMIT"));
        if (!isFine) {
            const QSqlError why = query_.lastError();
            query_.exec(QStringLiteral("ROLLBACK"));
            error_ = why;
        }
        return isFine;
    }

    const QSqlError& error() const { return error_; }

  private:
    bool exec(const QString& statement) {
        if (query_.exec(statement)) return true;
        error_ = query_.lastError();
        return false;
    }

    bool steps() {
        if (!exec(QStringLiteral("PRAGMA user_version")) || !query_.next()) return false;
        const int version = query_.value(0).toInt();
        query_.finish();
        if (version < 1) {
            for (const char* statement : kFirst) {
                if (!exec(QLatin1String(statement))) return false;
            }
            if (!splitExchanges()) return false;
        }
        if (version < 2) {
            for (const char* statement : kSecond) {
                if (!exec(QLatin1String(statement))) return false;
            }
        }
        return exec(QStringLiteral("PRAGMA user_version = %1").arg(kLibraryVersion));
    }

    /// The first libraries kept all exchanges of a conversation in one column.
    bool splitExchanges() {
        if (!database_.record(QStringLiteral("conversations"))
                 .contains(QStringLiteral("exchanges")))
            return true;
        QSqlQuery old(database_);
        if (!old.exec(QStringLiteral("SELECT id, exchanges FROM conversations"))) {
            error_ = old.lastError();
            return false;
        }
        while (old.next()) {
            int place = 0;
            const auto stored = QJsonDocument::fromJson(old.value(1).toByteArray()).array();
            for (const QJsonValue value : stored) {
                const Exchange exchange = exchangeFromJson(value.toObject());
                query_.prepare(QStringLiteral(
                    "INSERT OR REPLACE INTO exchanges (conversation, place, content, words)"
                    " VALUES (?, ?, ?, ?)"));
                query_.addBindValue(old.value(0));
                query_.addBindValue(place++);
                query_.addBindValue(QString::fromUtf8(
                    QJsonDocument(toJson(exchange)).toJson(QJsonDocument::Compact)));
                query_.addBindValue(searchText(exchange));
                if (!query_.exec()) {
                    error_ = query_.lastError();
                    return false;
                }
            }
        }
        old.finish();
        return exec(QStringLiteral("ALTER TABLE conversations DROP COLUMN exchanges"));
    }

    QSqlDatabase& database_;
    QSqlQuery query_;
    QSqlError error_;
};

}  // namespace

bool bringLibraryUpToDate(QSqlDatabase& database, QSqlError& error) {
    Migration migration(database);
    const bool isFine = migration.run();
    error = migration.error();
    return isFine;
}

QString searchText(const Exchange& exchange) {
    QStringList parts{exchange.question};
    for (const AnswerRecord& answer : exchange.answers) parts.append(answer.text);
    const QString text = parts.join(QLatin1Char('\n')).toLower();
    return text.isNull() ? QStringLiteral("") : text;  // a null string would be NULL
}

}  // namespace reelquery
