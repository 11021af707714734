#pragma once
// The scrolling list of exchanges.

#include <QScrollArea>
#include <vector>

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

    ExchangeCard* card(int exchange) const { return cards_[std::size_t(exchange)]; }

  Q_SIGNALS:
    void seekRequested(double seconds);
    void editRequested(int exchange);
    void regenerateRequested(int exchange);
    void closerLookRequested(int exchange, int answer);
    void selected(int exchange);

  private:
    void rebuild();
    void addCard(int exchange);
    void dropFrom(int count);
    void updateLast();

    ConversationStore& store_;
    const SeenFrames& frames_;
    QVBoxLayout* column_;
    std::vector<ExchangeCard*> cards_;
    bool isAtEnd_ = true, isRunning_ = false;
};

}  // namespace reelquery
