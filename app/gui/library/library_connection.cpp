#include "app/gui/library/library_connection.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUrl>
#include <QUuid>
#include <QVariant>
#include <cerrno>

#include "app/gui/library/library_schema.h"

namespace reelquery {

namespace {

/// SQLite's primary result codes (sqlite3.h).
enum SqliteCode {
    kPerm = 3,
    kBusy = 5,
    kLocked = 6,
    kReadOnly = 8,
    kIoError = 10,
    kCorrupt = 11,
    kFull = 13,
    kCannotOpen = 14,
    kNotADatabase = 26
};

/// Ours, beyond SQLite's.
constexpr int kNewer = -2;

bool isDamage(int code) {
    return code == kCorrupt || code == kNotADatabase;
}

/// Why writing fails, as a part of a sentence.
QString problemText(int code, const QString& words) {
    const auto say = [](const char* text) { return QCoreApplication::translate("Library", text); };
    switch (code) {
        case kFull:
            return say(QT_TRANSLATE_NOOP("Library", "the disk is full"));
        case kReadOnly:
        case kPerm:
            return say(QT_TRANSLATE_NOOP("Library", "the file or its folder is read-only"));
        case kCannotOpen:
            return say(QT_TRANSLATE_NOOP("Library", "the file cannot be opened"));
        case kBusy:
        case kLocked:
            return say(QT_TRANSLATE_NOOP("Library", "another program keeps the file locked"));
        case kNewer:
            return say(
                QT_TRANSLATE_NOOP("Library", "it was made by a newer version of this program"));
        default:
            return words.isEmpty() ? say(QT_TRANSLATE_NOOP("Library", "the disk has an error"))
                                   : words;
    }
}

int codeOf(const QSqlError& error) {
    bool isNumber = false;
    const int code = error.nativeErrorCode().toInt(&isNumber);
    return isNumber ? code & 0xff : 0;  // the rest of an extended code tells where, not what
}

/// Why files in this folder cannot be written, as SQLite's code would be if it said so; 0 where
/// they can be, or for another reason.
int reasonAt(const QString& folder) {
    const QByteArray name = QFile::encodeName(folder + QStringLiteral("/.reelquery-probe-") +
                                              QUuid::createUuid().toString(QUuid::WithoutBraces));
    const int file = ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const QByteArray page(4096, '\0');
    const bool isFine = file >= 0 && ::pwrite(file, page.constData(), std::size_t(page.size()),
                                              0) == ssize_t(page.size());
    const int error = isFine ? 0 : errno;
    if (file >= 0) {
        ::close(file);
        ::unlink(name.constData());
    }
    if (error == ENOSPC || error == EDQUOT) return kFull;
    return error == EROFS || error == EACCES || error == EPERM ? kReadOnly : 0;
}

/// The same for a file that is there.
int reasonAgainstWriting(const QString& file) {
    if (::access(QFile::encodeName(file).constData(), W_OK) == 0) return 0;
    return errno == EROFS || errno == EACCES || errno == EPERM ? kReadOnly : 0;
}

std::pair<quint64, quint64> identityOf(const QString& file) {
    struct stat status {};

    if (::stat(QFile::encodeName(file).constData(), &status) != 0) return {};
    return {quint64(status.st_dev), quint64(status.st_ino)};
}

}  // namespace

LibraryConnection::LibraryConnection(QString file)
    : file_(std::move(file)), name_(QUuid::createUuid().toString(QUuid::WithoutBraces)) {}

LibraryConnection::~LibraryConnection() {
    close();
}

QSqlDatabase LibraryConnection::database() const {
    return QSqlDatabase::database(name_, false);
}

void LibraryConnection::close() {
    mode_ = Mode::kClosed;
    if (!QSqlDatabase::contains(name_)) return;
    database().close();
    QSqlDatabase::removeDatabase(name_);
}

void LibraryConnection::note(const QSqlError& error) {
    error_ = codeOf(error);
    const bool isVague = error_ == kCannotOpen || error_ == kIoError;
    const int reason = isVague ? reasonAt(QFileInfo(file_).absolutePath()) : 0;
    condition_.problem = problemText(reason != 0 ? reason : error_, error.databaseText());
}

bool LibraryConnection::run(QSqlQuery& query) {
    if (query.exec()) return true;
    note(query.lastError());
    return false;
}

bool LibraryConnection::run(const QString& statement) {
    QSqlQuery query(database());
    if (query.exec(statement)) return true;
    note(query.lastError());
    return false;
}

bool LibraryConnection::isStillThere() const {
    return identityOf(file_) == identity_;
}

const LibraryCondition& LibraryConnection::open() {
    if (mode_ != Mode::kClosed && !isStillThere()) restore();
    if (mode_ == Mode::kWriting) {
        condition_.problem.clear();  // that of a statement; it is tried again
        return condition_;
    }
    close();
    QDir().mkpath(QFileInfo(file_).absolutePath());
    bool isOpen = tryOpen({}, file_, false);
    if (!isOpen && isDamage(error_)) {
        setAside();
        isOpen = tryOpen({}, file_, false);
    }
    if (isOpen) {
        mode_ = Mode::kWriting;
        condition_.problem.clear();
    } else {
        openForReading();
    }
    identity_ = identityOf(file_);
    condition_.canRead = mode_ != Mode::kClosed;
    const QFileInfo file(file_);
    condition_.setAside.clear();
    for (const QString& name : file.absoluteDir().entryList(
             {file.fileName() + QStringLiteral(".damaged-*")}, QDir::Files, QDir::Time)) {
        if (!name.endsWith(QLatin1String("-wal")) && !name.endsWith(QLatin1String("-shm")))
            condition_.setAside.append(file.absoluteDir().filePath(name));
    }
    return condition_;
}

void LibraryConnection::openForReading() {
    const int error = error_;
    const QString problem = condition_.problem;
    if (error != kNewer && QFileInfo(file_).size() > 0) {
        // Where the log's index cannot be made (no room, no rights), it can be kept in memory.
        const auto readOnly = QStringLiteral("QSQLITE_OPEN_READONLY");
        bool canRead = tryOpen(readOnly, file_, false) || tryOpen(readOnly, file_, true);
        if (!canRead && QFileInfo(file_ + QStringLiteral("-wal")).size() == 0) {
            QUrl url = QUrl::fromLocalFile(file_);
            url.setQuery(QStringLiteral("immutable=1"));
            canRead = tryOpen(QStringLiteral("QSQLITE_OPEN_READONLY;QSQLITE_OPEN_URI"),
                              url.toString(QUrl::FullyEncoded), false);
        }
        if (canRead) mode_ = Mode::kReading;
    }
    if (mode_ == Mode::kClosed) close();
    error_ = error;
    condition_.problem = problem;
}

bool LibraryConnection::tryOpen(const QString& options, const QString& name, bool isExclusive) {
    close();
    QSqlDatabase opened = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name_);
    opened.setDatabaseName(name);
    opened.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=2000") +
                             (options.isEmpty() ? options : QLatin1Char(';') + options));
    if (!opened.open()) {
        note(opened.lastError());
        return false;
    }
    if (isExclusive && !run(QStringLiteral("PRAGMA locking_mode = EXCLUSIVE"))) return false;
    QSqlQuery query(opened);
    const auto number = [&](const char* statement) -> std::optional<int> {
        if (!query.exec(QLatin1String(statement)) || !query.next()) {
            note(query.lastError());
            return {};
        }
        const int value = query.value(0).toInt();
        query.finish();
        return value;
    };
    const auto version = number("PRAGMA user_version");
    if (!version) return false;
    if (*version > kLibraryVersion) {
        error_ = kNewer;
        condition_.problem = problemText(kNewer, {});
        return false;
    }
    if (!options.isEmpty()) return number("SELECT count(*) FROM conversations").has_value();
    // Where a write-ahead log is not possible (some network file systems), the answer is another
    // mode, and that is as safe.
    if (!run(QStringLiteral("PRAGMA journal_mode = WAL")) ||
        !run(QStringLiteral("PRAGMA synchronous = FULL")))
        return false;
    if (*version < kLibraryVersion && !bringUpToDate()) return false;
    // SQLite opens what it may only read without a word.
    if (const int reason = reasonAgainstWriting(file_); reason != 0) {
        error_ = reason;
        condition_.problem = problemText(reason, {});
        return false;
    }
    // A look at the tables: a damaged file may have a sound first page.
    return number("SELECT count(*) FROM conversations").has_value() &&
           number("SELECT count(*) FROM exchanges").has_value();
}

bool LibraryConnection::bringUpToDate() {
    QSqlDatabase opened = database();
    QSqlError error;
    if (bringLibraryUpToDate(opened, error)) return true;
    note(error);
    return false;
}

void LibraryConnection::setAside() {
    const QString aside =
        file_ + QStringLiteral(".damaged-") +
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMddhhmmsszzz"));
    // Before it is closed, which would delete the log. The log first: a new file must not find it.
    for (const char* suffix : {"-wal", "-shm", ""})
        QFile::rename(file_ + QLatin1String(suffix), aside + QLatin1String(suffix));
    close();
}

void LibraryConnection::restore() {
    // The open file has no name any more but is whole. Where another one took its place, that is
    // the library now.
    if (!QFileInfo::exists(file_) && mode_ == Mode::kWriting) {
        QDir().mkpath(QFileInfo(file_).absolutePath());
        QSqlQuery query(database());
        query.prepare(QStringLiteral("VACUUM INTO ?"));
        query.addBindValue(file_);
        condition_.wasRestored = run(query);
    }
    close();
}

bool LibraryConnection::openAsItIs() {
    // Fails half way where tables are damaged; the others can be read all the same.
    if (tryOpen({}, file_, false) || QSqlDatabase::contains(name_)) mode_ = Mode::kWriting;
    identity_ = identityOf(file_);
    condition_.canRead = mode_ == Mode::kWriting;
    return condition_.canRead;
}

bool LibraryConnection::transact(const std::function<bool()>& work) {
    if (!run(QStringLiteral("BEGIN IMMEDIATE"))) return false;
    if (work() && run(QStringLiteral("COMMIT"))) return true;
    QSqlQuery(database()).exec(QStringLiteral("ROLLBACK"));
    return false;
}

bool LibraryConnection::isDamaged() const {
    return isDamage(error_);
}

}  // namespace reelquery
