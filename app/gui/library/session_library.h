#pragma once
// The conversations on disk.

#include <QString>
#include <QStringList>
#include <optional>
#include <set>
#include <vector>

#include "app/gui/state/exchange.h"

class QSqlQuery;

namespace reelquery {

/// A line of the library.
struct LibraryEntry {
    QString id, title, videoPath;
    QDateTime changed;
    int questions = 0;
};

/// An SQLite file with a write-ahead log: what was saved survives the end of the process at any
/// moment. A row for each conversation and one for each of its exchanges, so that saving costs what
/// has changed, not what has been said before. Confined to the GUI thread; every call is a few
/// milliseconds.
class SessionLibrary {
  public:
    /// Opens or makes the file; one of an earlier version is brought up to date. A damaged file is
    /// set aside under another name and a new one made.
    explicit SessionLibrary(const QString& file);
    ~SessionLibrary();

    SessionLibrary(const SessionLibrary&) = delete;
    SessionLibrary& operator=(const SessionLibrary&) = delete;

    /// Empty when all is well, else why the file could not be opened or the last save failed.
    const QString& problem() const { return problem_; }

    /// Writes all of a conversation. False when it could not be; problem() says why.
    bool save(const Conversation& conversation);

    /// Writes title, video and settings, and of the exchanges those at the `changed` places;
    /// exchanges that the conversation no longer has go. All of it or nothing.
    bool save(const Conversation& conversation, const std::set<int>& changed);

    std::optional<Conversation> load(const QString& id) const;
    void remove(const QString& id);

    /// Newest first. search: words that must all occur in title, file name, questions or answers;
    /// empty gives all.
    std::vector<LibraryEntry> list(const QString& search = {}) const;

    /// The conversation about the file at this path in which nothing has been asked yet.
    std::optional<Conversation> findUnasked(const QString& videoPath) const;

    /// The newest conversation about a video with this content.
    std::optional<Conversation> findByHash(const QByteArray& hash) const;

  private:
    bool open(const QString& file);
    bool bringUpToDate();
    std::optional<Conversation> conversationFrom(const QSqlQuery& row) const;

    QString connection_;
    QString problem_;
};

}  // namespace reelquery
