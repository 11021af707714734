#include "app/gui/conversation/exchange_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QResizeEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/compare/word_diff.h"
#include "app/gui/conversation/answer_column.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

namespace {

constexpr int kSideBySideWidth = 460;  // narrower, the answers stand one under the other

}  // namespace

ExchangeCard::ExchangeCard(const Exchange& exchange, const SeenFrames& frames, QWidget* parent)
    : QFrame(parent), frames_(frames) {
    setObjectName(QStringLiteral("exchangeCard"));
    auto* column = columnLayout(this, 8);
    column->setContentsMargins(0, 4, 0, 4);

    auto* questionRow = make<QHBoxLayout>();
    questionRow->addSpacing(36);
    questionRow->addStretch(1);
    question_ = make<QLabel>(this);
    question_->setObjectName(QStringLiteral("questionText"));
    question_->setProperty("role", QStringLiteral("question"));
    question_->setTextFormat(Qt::PlainText);
    question_->setWordWrap(true);
    question_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    question_->setAccessibleName(tr("Question"));
    questionRow->addWidget(question_, 8);
    column->addLayout(questionRow);

    columnsLayout_ = make<QBoxLayout>(QBoxLayout::LeftToRight);
    columnsLayout_->setSpacing(8);
    column->addLayout(columnsLayout_);

    auto* row = make<QHBoxLayout>();
    row->setSpacing(2);
    difference_ = make<QLabel>(this);
    difference_->setObjectName(QStringLiteral("differenceText"));
    difference_->setProperty("role", QStringLiteral("muted"));
    difference_->setWordWrap(true);
    row->addWidget(difference_, 1);
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
    edit_ = addButton(QStringLiteral("edit"), tr("Edit and ask again; later questions go"));
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

void ExchangeCard::fitColumns(std::size_t answers) {
    while (columns_.size() > answers) {
        columns_.back()->deleteLater();
        columns_.pop_back();
    }
    while (columns_.size() < answers) {
        auto* answer = make<AnswerColumn>(frames_, this);
        connect(answer, &AnswerColumn::seekRequested, this, &ExchangeCard::seekRequested);
        connect(answer, &AnswerColumn::closerLookRequested, this,
                &ExchangeCard::closerLookRequested);
        columns_.push_back(answer);
        columnsLayout_->addWidget(answer, 1, Qt::AlignTop);
    }
}

void ExchangeCard::show(const Exchange& exchange) {
    fitColumns(exchange.answers.size());
    isComparison_ = exchange.isComparison();
    wantsCloser_ = exchange.wantsCloserLook();
    arrange();
    question_->setText(exchange.question);
    bool isOver = true;
    for (const AnswerRecord& answer : exchange.answers) isOver = isOver && answer.isOver();
    WordDiff diff;
    difference_->clear();
    if (exchange.isComparison() && isOver) {
        const AnswerRecord& dense = exchange.answers[0];
        const AnswerRecord& sparse = exchange.answers[1];
        if (dense.status == AnswerStatus::kDone && sparse.status == AnswerStatus::kDone) {
            columns_[0]->show(dense, answerHeading(exchange, dense), {});
            columns_[1]->show(sparse, answerHeading(exchange, sparse), {});
            // Compared as shown, so that Markdown's marks do not count as words.
            diff = differingWords(columns_[0]->shownText(), columns_[1]->shownText());
            difference_->setText(diff.count() == 0
                                     ? tr("Both answers use the same words.")
                                     : tr("%n word(s) differ.", nullptr, diff.count()));
        }
    }
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        const AnswerRecord& answer = exchange.answers[at];
        columns_[at]->show(answer, answerHeading(exchange, answer),
                           at == 0 ? diff.onlyLeft : diff.onlyRight);
    }
    copy_->setVisible(isOver);
    setRunning(isRunning_);
}

void ExchangeCard::setLast(bool isLast) {
    isLast_ = isLast;
    setRunning(isRunning_);
}

void ExchangeCard::setRunning(bool isRunning) {
    isRunning_ = isRunning;
    edit_->setVisible(!isRunning);
    regenerate_->setVisible(isLast_ && !isRunning);
    for (std::size_t at = 0; at < columns_.size(); ++at)
        columns_[at]->setCloserLookOffered(at == 0 && wantsCloser_ && !isRunning);
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
    const bool isBeside = isComparison_ && width() >= kSideBySideWidth;
    columnsLayout_->setDirection(isBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void ExchangeCard::mousePressEvent(QMouseEvent* event) {
    QFrame::mousePressEvent(event);
    Q_EMIT selected();
}

}  // namespace reelquery
