#include "app/gui/conversation/conversation_view.h"

#include <QClipboard>
#include <QElapsedTimer>
#include <QGraphicsOpacityEffect>
#include <QGuiApplication>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/conversation/exchange_card.h"
#include "app/gui/export/conversation_export.h"
#include "app/gui/library/picture_keeper.h"
#include "app/gui/look/make.h"
#include "app/gui/look/remembering_column.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/seen_frames.h"
#include "app/gui/state/versions.h"

namespace reelquery {

namespace {

constexpr int kMargin = 14;  // left and right, as around the question box
constexpr double kDimmed = 0.4;
constexpr int kGap = 16;     // between cards
constexpr int kGroup = 8;    // cards: a new one moves those of its group, and the other groups
constexpr int kSliceMs = 6;  // of making cards, less than half a frame at 60 Hz

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
    column_ = columnLayout(page, kGap);
    column_->setContentsMargins(kMargin, 10, kMargin, 10);
    column_->addStretch(1);
    setWidget(page);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this,
            [this](int value) { isAtEnd_ = value >= verticalScrollBar()->maximum() - 8; });
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this](int, int maximum) {
        // The bar takes its room from the margin: the cards stay as wide as the question box.
        const int bar = maximum > 0 ? verticalScrollBar()->sizeHint().width() : 0;
        column_->setContentsMargins(kMargin, 10, kMargin - bar, 10);
        // What is above what the user looks at may still be on its way.
        const int value = verticalScrollBar()->value() + (isComplete() ? 0 : maximum - maximum_);
        maximum_ = maximum;
        if (revealed_ >= 0) return QTimer::singleShot(0, this, &ConversationView::scrollToRevealed);
        verticalScrollBar()->setValue(isAtEnd_ ? maximum : value);
    });
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { revealed_ = -1; });
    building_.setInterval(0);
    connect(&building_, &QTimer::timeout, this, &ConversationView::makeSome);
    connect(&store, &ConversationStore::shown, this, &ConversationView::rebuild);
    connect(&store, &ConversationStore::appended, this, [this](int exchange) {
        isAtEnd_ = true;
        revealed_ = -1;
        cards_.push_back(nullptr);
        fitGroups();
        // Another version brings many at once.
        if (exchange < store_.count() - 1) return building_.start();
        makeCard(exchange);
        updateLast();
    });
    connect(&store, &ConversationStore::truncated, this, &ConversationView::dropFrom);
    connect(&store, &ConversationStore::versionsChanged, this, &ConversationView::updateVersions);
    connect(&store, &ConversationStore::picturesChanged, this, [this] {
        for (ExchangeCard* card : cards_) {
            if (card) card->completeStills();
        }
    });
    connect(&store, &ConversationStore::answerChanged, this, [this](int exchange, int) {
        ExchangeCard* changed = cards_[std::size_t(exchange)];
        if (changed) changed->show(store_.at(exchange));
    });
    rebuild();
}

void ConversationView::setRunning(bool isRunning) {
    isRunning_ = isRunning;
    for (ExchangeCard* card : cards_) {
        if (card) card->setRunning(isRunning);
    }
}

ExchangeCard* ConversationView::card(int exchange) {
    if (!cards_[std::size_t(exchange)]) makeCard(exchange);
    return cards_[std::size_t(exchange)];
}

void ConversationView::reveal(int exchange) {
    if (exchange < 0 || exchange >= int(cards_.size())) return;
    revealed_ = exchange;
    scrollToRevealed();
    QTimer::singleShot(0, this, &ConversationView::scrollToRevealed);
}

void ConversationView::scrollToRevealed() {
    if (revealed_ < 0 || revealed_ >= int(cards_.size())) return;
    const int top = card(revealed_)->mapTo(widget(), QPoint(0, 0)).y();
    verticalScrollBar()->setValue(top - kGap / 2);
}

void ConversationView::setEdited(int exchange) {
    edited_ = exchange;
    for (int at = 0; at < int(cards_.size()); ++at) dim(at);
}

void ConversationView::dim(int exchange) {
    ExchangeCard* card = cards_[std::size_t(exchange)];
    const bool isDimmed = edited_ >= 0 && exchange >= edited_;
    if (!card || isDimmed == (card->graphicsEffect() != nullptr)) return;
    auto* effect = isDimmed ? make<QGraphicsOpacityEffect>(card) : nullptr;
    if (effect) effect->setOpacity(kDimmed);
    card->setGraphicsEffect(effect);
}

void ConversationView::rebuild() {
    dropFrom(0);
    isAtEnd_ = true;
    revealed_ = -1;
    const int count = store_.count();
    cards_.assign(std::size_t(count), nullptr);
    fitGroups();
    if (count > 0) makeCard(count - 1);
    updateLast();
    if (count > 1) building_.start();
}

void ConversationView::makeSome() {
    QElapsedTimer slice;
    slice.start();
    while (slice.elapsed() < kSliceMs) {
        const auto missing = std::find(cards_.rbegin(), cards_.rend(), nullptr);
        if (missing == cards_.rend()) {
            building_.stop();
            updateLast();
            orderTabs();
            return;
        }
        makeCard(int(cards_.rend() - missing) - 1);
    }
}

void ConversationView::orderTabs() {
    // Tab goes through widgets in the order in which they were made.
    QWidget* before = nullptr;
    for (ExchangeCard* card : cards_) {
        for (auto* part : card->findChildren<QWidget*>()) {
            if (!(part->focusPolicy() & Qt::TabFocus)) continue;
            if (before) setTabOrder(before, part);
            before = part;
        }
    }
}

void ConversationView::makeCard(int exchange) {
    QWidget* group = groups_[std::size_t(exchange / kGroup)];
    auto* card = make<ExchangeCard>(store_.at(exchange), stillAt_, group);
    card->setRunning(isRunning_);
    connect(card, &ExchangeCard::seekRequested, this, &ConversationView::seekRequested);
    connect(card, &ExchangeCard::selected, this, [this, exchange] { Q_EMIT selected(exchange); });
    connect(card, &ExchangeCard::editRequested, this,
            [this, exchange] { Q_EMIT editRequested(exchange); });
    connect(card, &ExchangeCard::regenerateRequested, this,
            [this, exchange] { Q_EMIT regenerateRequested(exchange); });
    connect(card, &ExchangeCard::longBudgetRequested, this,
            [this, exchange] { Q_EMIT longBudgetRequested(exchange); });
    connect(card, &ExchangeCard::closerLookRequested, this,
            [this, exchange](int answer) { Q_EMIT closerLookRequested(exchange, answer); });
    connect(card, &ExchangeCard::versionRequested, this,
            [this, exchange](int which) { Q_EMIT versionRequested(exchange, which); });
    connect(card, &ExchangeCard::copyRequested, this, [this, exchange] {
        QGuiApplication::clipboard()->setText(exchangeToMarkdown(store_.at(exchange)));
    });
    const auto place = cards_.begin() + exchange;
    const auto isMade = [](const ExchangeCard* each) { return each != nullptr; };
    const auto first = cards_.begin() + exchange / kGroup * kGroup;
    const auto last = std::min(first + kGroup, cards_.end());
    static_cast<QVBoxLayout*>(group->layout())
        ->insertWidget(int(std::count_if(first, place, isMade)), card);
    group->show();
    // As on screen, for screen readers.
    const auto below = std::find_if(place + 1, last, isMade);
    if (below != last) card->stackUnder(*below);
    *place = card;
    card->setLast(place + 1 == cards_.end());
    showVersions(exchange);
    dim(exchange);
}

void ConversationView::fitGroups() {
    const std::size_t wanted = (cards_.size() + kGroup - 1) / kGroup;
    while (groups_.size() < wanted) {
        auto* group = make<QWidget>(widget());
        auto* column = make<RememberingColumn>(group);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(kGap);
        group->hide();  // until it has a card, or it would take a gap
        column_->insertWidget(int(groups_.size()), group);
        groups_.push_back(group);
    }
    while (groups_.size() > wanted) {
        groups_.back()->hide();
        column_->removeWidget(groups_.back());
        groups_.back()->deleteLater();
        groups_.pop_back();
    }
}

void ConversationView::dropFrom(int count) {
    while (int(cards_.size()) > count) {
        // A card may be dropped from inside one of its own signals.
        if (ExchangeCard* card = cards_.back()) {
            card->hide();
            card->parentWidget()->layout()->removeWidget(card);
            card->deleteLater();
        }
        cards_.pop_back();
    }
    fitGroups();
    updateLast();
}

void ConversationView::updateLast() {
    for (std::size_t at = 0; at < cards_.size(); ++at) {
        if (cards_[at]) cards_[at]->setLast(at + 1 == cards_.size());
    }
    updateVersions();
}

void ConversationView::updateVersions() {
    for (int at = 0; at < int(cards_.size()); ++at) showVersions(at);
}

void ConversationView::showVersions(int exchange) {
    ExchangeCard* card = cards_[std::size_t(exchange)];
    if (!card) return;
    const Fork* fork = forkAt(store_.conversation(), exchange);
    card->setVersions(fork ? fork->shown : 0, fork ? int(fork->tails.size()) : 1);
}

}  // namespace reelquery
