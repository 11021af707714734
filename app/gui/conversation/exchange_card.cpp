#include "app/gui/conversation/exchange_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QResizeEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/conversation/answer_column.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/look/remembering_column.h"

namespace reelquery {

namespace {

constexpr int kSideBySideWidth = 460;  // narrower, the answers stand one under the other
constexpr int kBesideQuestion = 64;    // what a long question leaves free at its left
constexpr int kAroundQuestion = 34;    // padding and indent of the style sheet, left and right
constexpr int kHighest = 1 << 20;
constexpr int kLeastWidth = 200;

}  // namespace

ExchangeCard::ExchangeCard(const Exchange& exchange, const StillAt& stillAt, QWidget* parent)
    : QFrame(parent), stillAt_(stillAt) {
    setObjectName(QStringLiteral("exchangeCard"));
    auto* column = make<RememberingColumn>(this);
    column->setSpacing(8);
    column->setContentsMargins(0, 4, 0, 4);

    auto* questionRow = make<QHBoxLayout>();
    questionRow->addStretch(1);
    question_ = make<QLabel>(this);
    question_->setObjectName(QStringLiteral("questionText"));
    question_->setProperty("role", QStringLiteral("question"));
    question_->setTextFormat(Qt::PlainText);
    question_->setWordWrap(true);
    question_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    question_->setAccessibleDescription(tr("Question"));
    questionRow->addWidget(question_);
    column->addLayout(questionRow);

    sidesLayout_ = make<QBoxLayout>(QBoxLayout::LeftToRight);
    sidesLayout_->setSpacing(8);
    column->addLayout(sidesLayout_);

    auto* row = make<QHBoxLayout>();
    row->setSpacing(2);
    differenceText_ = make<QLabel>(this);
    differenceText_->setObjectName(QStringLiteral("differenceText"));
    differenceText_->setProperty("role", QStringLiteral("muted"));
    differenceText_->setWordWrap(true);
    row->addWidget(makeVersions());
    row->addWidget(differenceText_, 1);
    const auto addButton = [&](const QString& icon, const QString& text) {
        auto* button = make<QToolButton>(this);
        button->setIcon(paletteIcon(icon));
        button->setToolTip(text);
        button->setAccessibleName(text);
        button->setIconSize({16, 16});
        row->addWidget(button);
        return button;
    };
    copy_ = addButton(QStringLiteral("copy"), tr("Copy question and answer"));
    edit_ = addButton(QStringLiteral("edit"),
                      tr("Edit and ask again; what follows is kept as an earlier version"));
    regenerate_ = addButton(QStringLiteral("again"), tr("Ask again"));
    copy_->setObjectName(QStringLiteral("copyButton"));
    edit_->setObjectName(QStringLiteral("editButton"));
    regenerate_->setObjectName(QStringLiteral("regenerateButton"));
    column->addLayout(row);
    connect(copy_, &QToolButton::clicked, this, &ExchangeCard::copyRequested);
    connect(edit_, &QToolButton::clicked, this, &ExchangeCard::editRequested);
    connect(regenerate_, &QToolButton::clicked, this, &ExchangeCard::regenerateRequested);
    show(exchange);
}

QWidget* ExchangeCard::makeVersions() {
    versions_ = make<QWidget>(this);
    versions_->setObjectName(QStringLiteral("versions"));
    auto* row = rowLayout(versions_, 2);
    const auto addButton = [&](const QString& name, const QString& icon, const QString& text,
                               int step) {
        auto* button = make<QToolButton>(versions_);
        button->setObjectName(name);
        button->setIcon(paletteIcon(icon));
        button->setIconSize({14, 14});
        button->setToolTip(text);
        button->setAccessibleName(text);
        connect(button, &QToolButton::clicked, this,
                [this, step] { Q_EMIT versionRequested(version_ + step); });
        return button;
    };
    earlier_ = addButton(QStringLiteral("earlierVersion"), QStringLiteral("moment-back"),
                         tr("Earlier version"), -1);
    later_ = addButton(QStringLiteral("laterVersion"), QStringLiteral("moment-forward"),
                       tr("Later version"), 1);
    versionText_ = make<QLabel>(versions_);
    versionText_->setObjectName(QStringLiteral("versionText"));
    versionText_->setProperty("role", QStringLiteral("muted"));
    for (QWidget* part : {static_cast<QWidget*>(earlier_), static_cast<QWidget*>(versionText_),
                          static_cast<QWidget*>(later_)})
        row->addWidget(part);
    versions_->hide();
    return versions_;
}

void ExchangeCard::setVersions(int shown, int count) {
    version_ = shown;
    versionCount_ = count;
    versions_->setVisible(count > 1);
    versionText_->setText(tr("Version %1 of %2").arg(shown + 1).arg(count));
    setRunning(isRunning_);
}

void ExchangeCard::completeStills() {
    for (AnswerColumn* column : columns_) column->completeStills();
}

QSize ExchangeCard::minimumSizeHint() const {
    return {kLeastWidth, QFrame::minimumSizeHint().height()};
}

void ExchangeCard::fitColumns(const Exchange& exchange) {
    const auto& answers = exchange.answers;
    while (columns_.size() < answers.size()) {
        const auto at = int(columns_.size());
        const AnswerRecord& answer = answers[columns_.size()];
        if (!answer.isCloserLook()) {
            auto* side = make<QVBoxLayout>();
            side->setSpacing(8);
            side->addStretch(1);
            sidesLayout_->addLayout(side, 1);
            sides_.push_back(side);
        }
        auto* column = make<AnswerColumn>(stillAt_, this);
        connect(column, &AnswerColumn::seekRequested, this, &ExchangeCard::seekRequested);
        connect(column, &AnswerColumn::closerLookRequested, this,
                [this, at] { Q_EMIT closerLookRequested(at); });
        connect(column, &AnswerColumn::longBudgetRequested, this,
                &ExchangeCard::longBudgetRequested);
        columns_.push_back(column);
        auto* side = sides_[std::size_t(answer.isCloserLook() ? answer.looksAt : at)];
        side->insertWidget(side->count() - 1, column);
    }
}

void ExchangeCard::show(const Exchange& exchange) {
    fitColumns(exchange);
    isComparison_ = exchange.isComparison();
    wantsCloser_.clear();
    for (int at = 0; at < int(columns_.size()); ++at)
        wantsCloser_.push_back(exchange.wantsCloserLook(at));
    question_->setText(exchange.question);
    arrange();
    findDifference(exchange);
    bool isOver = true;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        const AnswerRecord& answer = exchange.answers[at];
        columns_[at]->show(answer, answerHeading(exchange, answer),
                           at == 0   ? difference_.onlyLeft
                           : at == 1 ? difference_.onlyRight
                                     : std::vector<int>());
        isOver = isOver && answer.isOver();
    }
    copy_->setVisible(isOver);
    setRunning(isRunning_);
}

void ExchangeCard::findDifference(const Exchange& exchange) {
    const auto isDone = [&](std::size_t at) {
        return exchange.answers[at].status == AnswerStatus::kDone;
    };
    // Once: a closer look that grows below does not change it.
    if (!exchange.isComparison() || !isDone(0) || !isDone(1) || isCompared_) return;
    isCompared_ = true;
    for (const std::size_t at : {0, 1})
        columns_[at]->show(exchange.answers[at], answerHeading(exchange, exchange.answers[at]), {});
    // Compared as shown, so that Markdown's marks do not count as words.
    difference_ = differingWords(columns_[0]->shownText(), columns_[1]->shownText());
    differenceText_->setText(difference_.count() == 0
                                 ? tr("Both answers use the same words.")
                                 : tr("%n word(s) differ.", nullptr, difference_.count()));
}

void ExchangeCard::setLast(bool isLast) {
    isLast_ = isLast;
    setRunning(isRunning_);
}

void ExchangeCard::setRunning(bool isRunning) {
    isRunning_ = isRunning;
    edit_->setVisible(!isRunning);
    earlier_->setEnabled(!isRunning && version_ > 0);
    later_->setEnabled(!isRunning && version_ + 1 < versionCount_);
    regenerate_->setVisible(isLast_ && !isRunning);
    for (std::size_t at = 0; at < columns_.size(); ++at)
        columns_[at]->setCloserLookOffered(wantsCloser_[at] && !isRunning);
    // Once for both sides of a comparison, as it asks both again.
    if (!columns_.empty()) columns_.front()->setLongBudgetOffered(isLast_ && !isRunning);
}

std::vector<CitedMoment> ExchangeCard::cited() const {
    std::vector<CitedMoment> all;
    for (const AnswerColumn* column : columns_) {
        for (const CitedMoment& moment : column->cited()) {
            if (std::find(all.begin(), all.end(), moment) == all.end()) all.push_back(moment);
        }
    }
    return all;
}

void ExchangeCard::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    arrange();
}

void ExchangeCard::arrange() {
    const int most = width() - kBesideQuestion - kAroundQuestion;
    const QRect words = question_->fontMetrics().boundingRect(
        QRect(0, 0, std::max(1, most), kHighest), Qt::TextWordWrap, question_->text());
    question_->setFixedWidth(std::max(1, std::min(most, words.width() + 1)) + kAroundQuestion);
    const bool isBeside = isComparison_ && width() >= kSideBySideWidth;
    sidesLayout_->setDirection(isBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void ExchangeCard::mousePressEvent(QMouseEvent* event) {
    QFrame::mousePressEvent(event);
    Q_EMIT selected();
}

}  // namespace reelquery
