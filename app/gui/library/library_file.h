#pragma once
// The conversations on disk.

#include <QString>
#include <map>
#include <optional>
#include <vector>

#include "app/gui/library/library_connection.h"
#include "app/gui/state/exchange.h"

class QSqlQuery;

namespace reelquery {

/// A line of the library.
struct LibraryEntry {
    QString id, title, videoPath;
    QDateTime changed;
    int questions = 0;
    QByteArray videoHash = {};  ///< see Conversation
};

/// What is to be written of one conversation.
struct ConversationChange {
    Conversation head;                  ///< without exchanges, forks and pictures
    int count = 0;                      ///< of its exchanges; those that were kept behind them go
    std::map<int, Exchange> exchanges;  ///< those that have changed, by place
    std::optional<std::vector<Fork>> forks;  ///< where they have changed
    Pictures pictures;                       ///< to be added
};

/// All of a conversation, as something to be written.
ConversationChange wholeOf(const Conversation& conversation);

enum class SaveOutcome {
    kSaved,
    kConflict,  ///< someone else has changed the conversation: nothing was written
    kMissing,   ///< the conversation is not there any more: all of it has to be written
    kFailed     ///< see problem
};

struct SaveResult {
    SaveOutcome outcome = SaveOutcome::kFailed;
    std::int64_t revision = 0;  ///< once saved
    QString problem;            ///< for the user, a part of a sentence
};

/// An SQLite file with a write-ahead log: what was saved survives the end of the process at any
/// moment. A row for each conversation and one for each of its exchanges, so that saving costs what
/// has changed. What fails is tried again with the next call. Two programs on one file: see Note
/// [Revisions] in library_file.cpp.
/// Confined to the thread that made it. No call throws.
class LibraryFile {
  public:
    explicit LibraryFile(const QString& file);

    /// Opens the file, where that has not been done.
    const LibraryCondition& open() { return connection_.open(); }

    const LibraryCondition& condition() const { return connection_.condition(); }

    /// All of the change or nothing.
    SaveResult save(const ConversationChange& change);

    /// Gives a conversation another title, as a save of its own.
    SaveResult rename(const QString& id, const QString& title);

    std::optional<Conversation> load(const QString& id);

    /// Newest first, without what was removed or, `inBin`, that alone. search: words that must all
    /// occur in title, file name, questions or answers; empty gives all.
    std::vector<LibraryEntry> list(const QString& search = {}, bool inBin = false);

    /// Puts a conversation into the bin or takes it out again. Bins are emptied of what has been in
    /// them for 30 days. False when it could not be; open() says why.
    bool setRemoved(const QString& id, bool isRemoved);

    /// Removes a conversation for good.
    bool erase(const QString& id);

    /// The newest conversation about a video with this content whose file is gone.
    std::optional<Conversation> findMoved(const QByteArray& hash);

    /// The newest conversations about a video with this content, 50 at most, without those in the
    /// bin.
    std::vector<Conversation> about(const QByteArray& hash);

    /// Copies what can be read of a file that was set aside, but for what is here already. Returns
    /// how many conversations came; nothing where the file cannot be read at all.
    std::optional<int> recover(const QString& setAside);

  private:
    bool trySave(const ConversationChange& change, SaveResult& result);
    bool write(const ConversationChange& change, std::int64_t revision);
    std::optional<Conversation> conversationFrom(const QSqlQuery& row);

    LibraryConnection connection_;
};

}  // namespace reelquery
