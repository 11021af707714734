#pragma once
// The scrolling list of exchanges.

#include <QScrollArea>
#include <vector>

#include "app/gui/conversation/moment_row.h"

class QVBoxLayout;

namespace reelquery {

class ConversationStore;
class ExchangeCard;
class SeenFrames;

/// Follows the store; keeps the end in view while an answer grows, unless the user scrolled up.
/// Confined to the GUI thread.
class ConversationView : public QScrollArea {
    Q_OBJECT

  public:
    ConversationView(ConversationStore& store, const SeenFrames& frames, QWidget* parent = nullptr);

    void setRunning(bool isRunning);

    /// Dims what an edit of this exchange puts aside; -1: nothing.
    void setEdited(int exchange);

    ExchangeCard* card(int exchange) const { return cards_[std::size_t(exchange)]; }

  Q_SIGNALS:
    void seekRequested(double seconds);
    void editRequested(int exchange);
    void regenerateRequested(int exchange);
    void closerLookRequested(int exchange, int answer);
    void versionRequested(int exchange, int which);
    void selected(int exchange);

  private:
    void rebuild();
    void addCard(int exchange);
    void dropFrom(int count);
    void updateLast();
    void updateVersions();

    ConversationStore& store_;
    const StillAt stillAt_;
    QVBoxLayout* column_;
    std::vector<ExchangeCard*> cards_;
    bool isAtEnd_ = true, isRunning_ = false;
};

}  // namespace reelquery
