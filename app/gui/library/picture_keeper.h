#pragma once
// Keeps small pictures of the moments that answers rest on, with the conversation.

#include <QImage>
#include <QObject>

#include "app/gui/state/exchange.h"

namespace reelquery {

class ConversationStore;
class QuestionRunner;
class SeenFrames;

/// Takes them from the frames the model saw when an answer is done; makes the JPEGs in Qt's thread
/// pool. Confined to the GUI thread.
class PictureKeeper : public QObject {
    Q_OBJECT

  public:
    PictureKeeper(QuestionRunner& runner, ConversationStore& store, QObject* parent = nullptr);

  private:
    void keep(const QString& id, const AnswerRecord& answer, const SeenFrames& frames);

    ConversationStore& store_;
};

/// The times whose pictures an answer rests on: those of its moments, and those that it names and
/// the model saw; each once.
std::vector<double> picturedTimes(const AnswerRecord& answer);

/// The picture that a conversation keeps of a time; null where there is none.
QImage keptPicture(const Pictures& pictures, double timeS);

}  // namespace reelquery
