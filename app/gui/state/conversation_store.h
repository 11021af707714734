#pragma once
// The conversations in memory: the one on screen, and those that must not be let go yet.

#include <QObject>
#include <map>

#include "app/gui/state/exchange.h"

namespace reelquery {

/// Owns every conversation in memory. Views listen to the one on screen, the runner writes into
/// whichever its question belongs to. A conversation that leaves the screen is held until it is
/// released: its answer may be on its way, its changes may not be on disk yet. Confined to the GUI
/// thread.
class ConversationStore : public QObject {
    Q_OBJECT

  public:
    explicit ConversationStore(QObject* parent = nullptr);

    /// The one on screen.
    const Conversation& conversation() const { return conversation_; }

    int count() const { return int(conversation_.exchanges.size()); }

    const Exchange& at(int exchange) const {
        return conversation_.exchanges[std::size_t(exchange)];
    }

    bool isShown(const QString& id) const { return id == conversation_.id; }

    /// On screen or held; null when it is neither.
    const Conversation* find(const QString& id) const;

    /// Those that are held.
    std::vector<QString> heldIds() const;

    /// Shows another conversation; the one so far is held.
    void show(Conversation conversation);

    /// Shows one that is held. False when it is not.
    bool showHeld(const QString& id);

    /// Starts an empty conversation about a video.
    void startNew(const QString& videoPath);

    /// Lets a held conversation go.
    void release(const QString& id);

    void setTitle(const QString& id, const QString& title);
    void setVideo(const QString& path, const QByteArray& hash);
    void setSettings(const QString& id, const QJsonObject& settings);

    /// The library has it at this revision now. Not a change.
    void setRevision(const QString& id, std::int64_t revision);

    /// Gives a conversation another id, as a copy that the library does not know. Returns it.
    QString goOnAsCopy(const QString& id);

    /// Returns the place of the new exchange.
    int append(const QString& id, Exchange exchange);

    /// Puts the exchanges from this place on aside as an earlier version (see versions.h).
    void startVersion(const QString& id, int at);

    /// Shows another version of what was asked from this place on.
    void showVersion(int at, int which);

    /// Drops the exchanges from this place on, for good.
    void truncate(int count);

    /// Adds a closer look, in place of one at the same answer. Returns its place in the exchange.
    int setCloserLook(const QString& id, int exchange, AnswerRecord answer);

    /// The figures of a comparison; told with the answers that come after.
    void setComparison(const QString& id, int exchange, const ComparisonReport& report);

    /// Pictures of moments, beside those that are there.
    void addPictures(const QString& id, const Pictures& pictures);

    /// Changes one answer through a function, then tells the views.
    template <class Change>
    void change(const QString& id, int exchange, int answer, Change&& apply) {
        Conversation* conversation = own(id);
        if (!conversation || exchange >= int(conversation->exchanges.size())) return;
        apply(conversation->exchanges[std::size_t(exchange)].answers[std::size_t(answer)]);
        tell(*conversation, exchange, answer);
    }

  Q_SIGNALS:
    /// The conversation on screen is about to be replaced.
    void aboutToShow();
    void shown();

    // Of the conversation on screen:
    void appended(int exchange);
    void truncated(int count);
    void answerChanged(int exchange, int answer);
    void detailsChanged();
    void picturesChanged();

    // Of any conversation in memory, for the library:
    void exchangeChanged(const QString& id, int exchange, bool isOver);
    void headChanged(const QString& id);
    void versionsChanged(const QString& id);
    void picturesAdded(const QString& id);
    /// It is another one for the library: all of it is to be written.
    void becameCopy(const QString& before, const QString& id);

  private:
    Conversation* own(const QString& id);
    void tell(Conversation& conversation, int exchange, int answer);
    static void touch(Conversation& conversation);

    Conversation conversation_;
    std::map<QString, Conversation> held_;
};

}  // namespace reelquery
