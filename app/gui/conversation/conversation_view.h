#pragma once
// The scrolling list of exchanges.

#include <QScrollArea>
#include <QTimer>
#include <vector>

#include "app/gui/conversation/moment_row.h"

class QVBoxLayout;

namespace reelquery {

class ConversationStore;
class ExchangeCard;
class SeenFrames;

/// Follows the store; keeps the end in view while an answer grows, unless the user scrolled up. The
/// cards of a long conversation are made from its end, a few at a time. Confined to the GUI thread.
class ConversationView : public QScrollArea {
    Q_OBJECT

  public:
    ConversationView(ConversationStore& store, const SeenFrames& frames, QWidget* parent = nullptr);

    void setRunning(bool isRunning);

    /// Dims what an edit of this exchange puts aside; -1: nothing.
    void setEdited(int exchange);

    /// Made now, where it has not been yet.
    ExchangeCard* card(int exchange);

    /// Scrolls to the exchange, and keeps it there while what is above it is made and laid out.
    void reveal(int exchange);

    /// False while cards of a long conversation are still being made.
    bool isComplete() const { return !building_.isActive(); }

  Q_SIGNALS:
    void seekRequested(double seconds);
    void editRequested(int exchange);
    void regenerateRequested(int exchange);
    void longBudgetRequested(int exchange);
    void closerLookRequested(int exchange, int answer);
    void versionRequested(int exchange, int which);
    void selected(int exchange);

  private:
    void rebuild();
    void scrollToRevealed();
    void makeCard(int exchange);
    void makeSome();
    void orderTabs();
    void fitGroups();
    void dropFrom(int count);
    void updateLast();
    void updateVersions();
    void showVersions(int exchange);
    void dim(int exchange);

    ConversationStore& store_;
    const StillAt stillAt_;
    QVBoxLayout* column_;
    std::vector<ExchangeCard*> cards_;  ///< null: not made yet
    std::vector<QWidget*> groups_;      ///< of kGroup cards each: what moves together
    QTimer building_;
    int revealed_ = -1;  ///< until somebody scrolls
    int edited_ = -1, maximum_ = 0;
    bool isAtEnd_ = true, isRunning_ = false;
};

}  // namespace reelquery
