#pragma once
// The conversations on disk.

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// A line of the library.
struct LibraryEntry {
    QString id, title, videoPath;
    QDateTime changed;
    int questions = 0;
};

/// An SQLite file with a write-ahead log: what was saved survives the end of the process at any
/// moment. Confined to the GUI thread; every call is a few milliseconds.
class SessionLibrary {
  public:
    /// Opens or makes the file. A damaged file is set aside under another name and a new one made.
    explicit SessionLibrary(const QString& file);
    ~SessionLibrary();

    SessionLibrary(const SessionLibrary&) = delete;
    SessionLibrary& operator=(const SessionLibrary&) = delete;

    /// Empty when all is well, else why nothing can be saved.
    const QString& problem() const { return problem_; }

    void save(const Conversation& conversation);
    std::optional<Conversation> load(const QString& id) const;
    void remove(const QString& id);

    /// Newest first. search: words that must all occur in title, file name, questions or answers;
    /// empty gives all.
    std::vector<LibraryEntry> list(const QString& search = {}) const;

    /// The newest conversation about a video with this content.
    std::optional<Conversation> findByHash(const QByteArray& hash) const;

  private:
    bool open(const QString& file);

    QString connection_;
    QString problem_;
};

}  // namespace reelquery
