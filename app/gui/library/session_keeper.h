#pragma once
// Saves the conversation as it grows and brings conversations back.

#include <QObject>
#include <QTimer>
#include <optional>
#include <set>

#include "app/gui/state/exchange.h"

namespace reelquery {

class ConversationStore;
class SessionLibrary;
class SettingsModel;

/// Confined to the GUI thread; the content of a video is read in Qt's thread pool.
class SessionKeeper : public QObject {
    Q_OBJECT

  public:
    SessionKeeper(ConversationStore& store, SessionLibrary& library, SettingsModel& settings,
                  QObject* parent = nullptr);

    /// The conversation that was open when the program ended.
    std::optional<Conversation> lastConversation() const;

    /// Works out the content hash of the conversation's video and keeps it. An empty conversation
    /// gives way to an earlier one about the same content whose file is gone: the video was moved.
    void identifyVideo();

    /// Says through relinked or notTheSame whether the file is the one the conversation is about.
    void relink(const QString& path);

    /// Writes what has changed since it was written last.
    void saveNow();

    /// Gives a conversation another title, on screen or not.
    void rename(const QString& id, const QString& title);

    /// Takes a conversation out of the library; from the screen, too, where its video stays with an
    /// empty one. Returns what was removed.
    std::optional<Conversation> remove(const QString& id);

    /// Puts into the library again what was removed from it.
    void bringBack(const Conversation& conversation);

  Q_SIGNALS:
    /// The library has changed.
    void saved();
    /// What changed is kept in memory and tried again with the next change.
    void failed(const QString& problem);
    void relinked(const QString& path);
    void notTheSame(const QString& path);

  private:
    void saveSoon();
    bool resumeMoved(const QString& path, const QByteArray& hash);

    ConversationStore& store_;
    SessionLibrary& library_;
    SettingsModel& settings_;
    QTimer soon_;
    std::set<int> changed_;  ///< places of exchanges that are not on disk as they are now
};

}  // namespace reelquery
