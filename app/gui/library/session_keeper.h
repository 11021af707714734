#pragma once
// Saves conversations as they grow, keeps what could not be saved, and brings conversations back.

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "app/gui/library/library_file.h"

namespace reelquery {

class ConversationStore;
class PictureKeeper;
class QuestionRunner;
class SessionLibrary;
class SettingsModel;

/// What is not on disk stays in memory, is shown in the list and tried again, for every
/// conversation by itself. A conversation that another program has changed goes on as a copy.
/// Confined to the GUI thread.
class SessionKeeper : public QObject {
    Q_OBJECT

  public:
    SessionKeeper(ConversationStore& store, SessionLibrary& library, SettingsModel& settings,
                  QuestionRunner& runner, PictureKeeper& pictures, QObject* parent = nullptr);

    /// Loads the conversation that was open when the program ended; nothing where there is none.
    void loadLast(std::function<void(std::optional<Conversation>)> then);

    /// The video that was open then.
    QString lastVideo() const;

    /// Writes what has changed since it was written last.
    void saveNow();

    /// True when all that there is to keep is on disk.
    bool isAllSaved() const;

    /// True when something could not be saved, and is not being tried at the moment.
    bool isStuck() const;

    /// The conversations whose saving has failed, newest first.
    std::vector<LibraryEntry> unsaved() const;

    /// All that are not on disk as they are, those whose saving has only begun included.
    std::vector<LibraryEntry> pending() const;

    /// Gives a conversation another title, on screen or not.
    void rename(const QString& id, const QString& title);

    /// Puts a conversation into the bin; from the screen, too, where its video stays with an empty
    /// one. Ends with removed.
    void remove(const QString& id);

    /// Takes a conversation out of the bin.
    void bringBack(const QString& id);

    /// Removes a conversation for good.
    void erase(const QString& id);

  Q_SIGNALS:
    /// The library, or what is to be added to it, has changed.
    void saved();
    /// What changed is kept in memory and tried again.
    void failed(const QString& problem);
    /// What could not be saved is on disk now.
    void recovered();
    /// Another program has changed the conversation; this one goes on as a copy.
    void copied(const QString& title);
    void removed(const QString& id, const QString& title);
    void couldNotRemove(const QString& problem);
    void couldNotBringBack(const QString& problem);
    void couldNotRename(const QString& problem);

  private:
    /// What of a conversation is not on disk, and what is on its way there.
    struct Unsaved {
        std::set<int> places, placesOnTheWay;
        bool hasHead = false, hasVersions = false, hasPictures = false, isWriting = false;
        bool isUrgent = false;  ///< to be written as soon as what is on its way has arrived
        QString problem;
    };

    void follow();
    void saveSoon();
    void write(const QString& id);
    void written(const QString& id, const SaveResult& result);
    void wantAll(const QString& id);
    void letGo();
    void sayRecovered();
    std::vector<LibraryEntry> entriesOf(const std::function<bool(const Unsaved&)>& isWanted) const;

    ConversationStore& store_;
    SessionLibrary& library_;
    SettingsModel& settings_;
    QuestionRunner& runner_;
    PictureKeeper& pictures_;
    QTimer soon_, again_;
    std::map<QString, Unsaved> unsaved_;
    std::set<QString> erased_;  ///< what comes of their answers is not written any more
    bool hasFailed_ = false;    ///< and that has not been told as over
};

}  // namespace reelquery
