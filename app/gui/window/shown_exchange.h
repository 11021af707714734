#pragma once
// The exchange the window is about: the ledger shows its figures, the time line its moments.

#include <QObject>

namespace reelquery {

class ConversationStore;
class ConversationView;
class LedgerView;
class QuestionRunner;
class VideoState;

/// What follows the shown exchange and what says which it is; all outlive the ShownExchange.
struct ExchangeParts {
    ConversationStore& store;
    QuestionRunner& runner;
    VideoState& video;
    ConversationView& view;
    LedgerView& ledger;
};

/// The one that was clicked, or that is being answered, or else the last. Confined to the GUI
/// thread.
class ShownExchange : public QObject {
    Q_OBJECT

  public:
    explicit ShownExchange(ExchangeParts parts, QObject* parent = nullptr);

    /// Its place in the conversation on screen; -1 where nothing was asked.
    int place() const { return place_; }

  private:
    void showLast();
    void showFigures(int exchange);
    void showMarks(int exchange);

    ExchangeParts parts_;
    int place_ = -1;
};

}  // namespace reelquery
