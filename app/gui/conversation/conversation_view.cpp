#include "app/gui/conversation/conversation_view.h"

#include <QClipboard>
#include <QGraphicsOpacityEffect>
#include <QGuiApplication>
#include <QScrollBar>
#include <QVBoxLayout>

#include "app/gui/conversation/exchange_card.h"
#include "app/gui/export/conversation_export.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/look/make.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/seen_frames.h"
#include "app/gui/state/versions.h"

namespace reelquery {

namespace {

constexpr int kMargin = 14;  // left and right, as around the question box
constexpr double kDimmed = 0.4;

/// As wide as the view and as high as the cards then are: a card never holds it wider.
class ConversationPage : public QWidget {
  public:
    using QWidget::QWidget;

    QSize minimumSizeHint() const override { return {0, QWidget::minimumSizeHint().height()}; }
};

}  // namespace

ConversationView::ConversationView(ConversationStore& store, const SeenFrames& frames,
                                   QWidget* parent)
    : QScrollArea(parent), store_(store), stillAt_([&store, &frames](double timeS) {
          const int row = frames.at(timeS);
          return row >= 0 ? frames.thumbnail(row)
                          : keptPicture(store.conversation().pictures, timeS);
      }) {
    setObjectName(QStringLiteral("conversation"));
    setAccessibleName(tr("Conversation"));
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = make<ConversationPage>(this);
    page->setObjectName(QStringLiteral("conversationPage"));
    column_ = columnLayout(page, 16);
    column_->setContentsMargins(kMargin, 10, kMargin, 10);
    column_->addStretch(1);
    setWidget(page);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this,
            [this](int value) { isAtEnd_ = value >= verticalScrollBar()->maximum() - 8; });
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this](int, int maximum) {
        // The bar takes its room from the margin: the cards stay as wide as the question box.
        const int bar = maximum > 0 ? verticalScrollBar()->sizeHint().width() : 0;
        column_->setContentsMargins(kMargin, 10, kMargin - bar, 10);
        if (isAtEnd_) verticalScrollBar()->setValue(maximum);
    });
    connect(&store, &ConversationStore::shown, this, &ConversationView::rebuild);
    connect(&store, &ConversationStore::appended, this, [this](int exchange) {
        isAtEnd_ = true;
        addCard(exchange);
        updateLast();
    });
    connect(&store, &ConversationStore::truncated, this, &ConversationView::dropFrom);
    connect(&store, &ConversationStore::versionsChanged, this, &ConversationView::updateVersions);
    connect(&store, &ConversationStore::picturesChanged, this, [this] {
        for (ExchangeCard* card : cards_) card->completeStills();
    });
    connect(&store, &ConversationStore::answerChanged, this,
            [this](int exchange, int) { card(exchange)->show(store_.at(exchange)); });
    rebuild();
}

void ConversationView::setRunning(bool isRunning) {
    isRunning_ = isRunning;
    for (ExchangeCard* card : cards_) card->setRunning(isRunning);
}

void ConversationView::setEdited(int exchange) {
    for (int at = 0; at < int(cards_.size()); ++at) {
        const bool isDimmed = exchange >= 0 && at >= exchange;
        if (isDimmed == (card(at)->graphicsEffect() != nullptr)) continue;
        auto* effect = isDimmed ? make<QGraphicsOpacityEffect>(card(at)) : nullptr;
        if (effect) effect->setOpacity(kDimmed);
        card(at)->setGraphicsEffect(effect);
    }
}

void ConversationView::rebuild() {
    dropFrom(0);
    isAtEnd_ = true;
    for (int exchange = 0; exchange < store_.count(); ++exchange) addCard(exchange);
    updateLast();
}

void ConversationView::addCard(int exchange) {
    auto* card = make<ExchangeCard>(store_.at(exchange), stillAt_, widget());
    card->setRunning(isRunning_);
    connect(card, &ExchangeCard::seekRequested, this, &ConversationView::seekRequested);
    connect(card, &ExchangeCard::selected, this, [this, exchange] { Q_EMIT selected(exchange); });
    connect(card, &ExchangeCard::editRequested, this,
            [this, exchange] { Q_EMIT editRequested(exchange); });
    connect(card, &ExchangeCard::regenerateRequested, this,
            [this, exchange] { Q_EMIT regenerateRequested(exchange); });
    connect(card, &ExchangeCard::closerLookRequested, this,
            [this, exchange](int answer) { Q_EMIT closerLookRequested(exchange, answer); });
    connect(card, &ExchangeCard::versionRequested, this,
            [this, exchange](int which) { Q_EMIT versionRequested(exchange, which); });
    connect(card, &ExchangeCard::copyRequested, this, [this, exchange] {
        QGuiApplication::clipboard()->setText(exchangeToMarkdown(store_.at(exchange)));
    });
    column_->insertWidget(column_->count() - 1, card);
    cards_.push_back(card);
}

void ConversationView::dropFrom(int count) {
    while (int(cards_.size()) > count) {
        // A card may be dropped from inside one of its own signals.
        cards_.back()->hide();
        column_->removeWidget(cards_.back());
        cards_.back()->deleteLater();
        cards_.pop_back();
    }
    updateLast();
}

void ConversationView::updateLast() {
    for (std::size_t at = 0; at < cards_.size(); ++at) cards_[at]->setLast(at + 1 == cards_.size());
    updateVersions();
}

void ConversationView::updateVersions() {
    for (int at = 0; at < int(cards_.size()); ++at) {
        const Fork* fork = forkAt(store_.conversation(), at);
        card(at)->setVersions(fork ? fork->shown : 0, fork ? int(fork->tails.size()) : 1);
    }
}

}  // namespace reelquery
