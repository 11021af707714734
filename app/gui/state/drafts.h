#pragma once
// Questions that were typed and not asked.

#include <QJsonArray>
#include <QString>

#include "app/gui/state/exchange.h"

namespace reelquery {

class SettingsModel;

/// Keeps one for each conversation, over restarts, too: for one that the library knows by its id,
/// for one in which nothing was asked yet by its video, since it will not be the same one again.
/// The latest hundred are kept. Confined to the GUI thread.
class Drafts {
  public:
    explicit Drafts(SettingsModel& settings);

    /// What is in the box of a conversation now; nothing but spaces forgets it.
    void keep(const Conversation& conversation, const QString& words);

    /// A conversation comes on screen. What waits in its box; empty where nothing does.
    QString show(const Conversation& conversation);

    /// A conversation has another id.
    void rename(const QString& before, const QString& id);

  private:
    struct Key {
        QString id, video;  ///< one of them
        bool operator==(const Key&) const = default;
    };

    static Key keyOf(const Conversation& conversation);
    qsizetype find(const Key& key) const;
    void write();

    SettingsModel& settings_;
    QJsonArray all_;  ///< oldest first
    QString shown_;   ///< the conversation on screen,
    Key shownKey_;    ///< and under what it was kept: its first question changes that
};

}  // namespace reelquery
