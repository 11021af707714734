#pragma once
// Keeps small pictures of the moments that answers rest on, with the conversation.

#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <list>

#include "app/gui/state/exchange.h"

namespace reelquery {

class ConversationStore;
class QuestionRunner;
class SeenFrames;

/// Takes them from the frames the model saw when an answer is done; makes the JPEGs on a thread of
/// its own, so that nothing slow (a search for models, say) is before them. Confined to the GUI
/// thread.
class PictureKeeper : public QObject {
    Q_OBJECT

  public:
    PictureKeeper(QuestionRunner& runner, ConversationStore& store, QObject* parent = nullptr);

    /// Whether pictures of a conversation, or of any, are on their way to the store. It must hold
    /// the conversation until then.
    bool isMaking(const QString& id) const;

    bool isMaking() const { return !making_.empty(); }

    QThreadPool& pool() { return pool_; }

  Q_SIGNALS:
    /// Pictures that were on their way have arrived.
    void made();

  private:
    void keep(const QString& id, const AnswerRecord& answer, const SeenFrames& frames);

    ConversationStore& store_;
    QThreadPool pool_;
    std::list<QString> making_;  ///< conversations, one entry for each answer; they follow copies
};

/// The times whose pictures an answer rests on: those of its moments, and those that it names and
/// the model saw; each once.
std::vector<double> picturedTimes(const AnswerRecord& answer);

/// The picture that a conversation keeps of a time; null where there is none.
QImage keptPicture(const Pictures& pictures, double timeS);

}  // namespace reelquery
