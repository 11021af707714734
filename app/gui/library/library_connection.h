#pragma once
// The library's file, opened as well as it can be.

#include <QString>
#include <QStringList>
#include <functional>
#include <utility>

class QSqlDatabase;
class QSqlError;
class QSqlQuery;

namespace reelquery {

/// What there is to say about the file as a whole.
struct LibraryCondition {
    QString problem;           ///< why nothing can be written, for the user; empty when all is well
    bool canRead = false;      ///< the conversations in it can be shown
    QStringList setAside;      ///< damaged files beside it, newest first
    bool wasRestored = false;  ///< it was removed under the program, and written again

    bool operator==(const LibraryCondition&) const = default;
};

/// Opens, and opens again what failed. Only a file that SQLite calls damaged is set aside, with all
/// that belongs to it; no room, no rights, a lock or a newer version leave it alone. Confined to
/// the thread that made it. No call throws.
class LibraryConnection {
  public:
    explicit LibraryConnection(QString file);
    ~LibraryConnection();

    LibraryConnection(const LibraryConnection&) = delete;
    LibraryConnection& operator=(const LibraryConnection&) = delete;

    const QString& file() const { return file_; }

    /// Opens or makes the file, where that has not been done; brings an earlier version up to date.
    const LibraryCondition& open();

    /// Opens a file for reading what can be read of it, whatever its state.
    bool openAsItIs();

    void close();

    /// True while the file is open for writing and still the one that its name stands for.
    bool isWritable() const { return mode_ == Mode::kWriting && isStillThere(); }

    bool isReadable() const { return mode_ != Mode::kClosed; }

    const LibraryCondition& condition() const { return condition_; }

    QSqlDatabase database() const;

    /// False when it fails: condition().problem says why.
    bool run(const QString& statement);
    bool run(QSqlQuery& query);

    /// Runs `work` as one transaction; all of it or nothing. False when it, or the end, fails.
    bool transact(const std::function<bool()>& work);

    /// Whether the last failure was one that SQLite calls damage.
    bool isDamaged() const;

    /// Renames the file and its log, so that the next open() makes another.
    void setAside();

  private:
    enum class Mode { kClosed, kReading, kWriting };

    bool tryOpen(const QString& options, const QString& name, bool isExclusive);
    void openForReading();
    bool isStillThere() const;
    void restore();
    bool bringUpToDate();
    void note(const QSqlError& error);

    const QString file_, name_;
    Mode mode_ = Mode::kClosed;
    LibraryCondition condition_;
    int error_ = 0;                         ///< SQLite's code of the last failure
    std::pair<quint64, quint64> identity_;  ///< device and inode of the open file
};

}  // namespace reelquery
