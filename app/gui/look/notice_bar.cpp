#include "app/gui/look/notice_bar.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

namespace {

constexpr int kNoteMs = 15'000;

}  // namespace

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("noticeBar"));
    auto* row = rowLayout(this, 8);
    row->setContentsMargins(14, 8, 8, 8);
    auto* texts = make<QVBoxLayout>();
    texts->setSpacing(2);
    message_ = make<QLabel>(this);
    message_->setObjectName(QStringLiteral("noticeMessage"));
    message_->setWordWrap(true);
    message_->setTextFormat(Qt::PlainText);
    hint_ = make<QLabel>(this);
    hint_->setObjectName(QStringLiteral("noticeHint"));
    hint_->setWordWrap(true);
    hint_->setTextFormat(Qt::PlainText);
    for (QLabel* label : {message_, hint_}) {
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        texts->addWidget(label);
    }
    row->addLayout(texts, 1);
    button_ = make<QPushButton>(this);
    button_->setObjectName(QStringLiteral("noticeButton"));
    connect(button_, &QPushButton::clicked, this, [this] {
        hide();
        if (action_) action_();
    });
    row->addWidget(button_);
    copy_ = make<QPushButton>(tr("Copy details"), this);
    connect(copy_, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(message_->text() + QLatin1Char('\n') + hint_->text());
    });
    row->addWidget(copy_);
    auto* close = make<QToolButton>(this);
    close->setIcon(paletteIcon(QStringLiteral("close")));
    close->setAccessibleName(tr("Dismiss"));
    close->setToolTip(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    row->addWidget(close);
    fade_.setSingleShot(true);
    fade_.setInterval(kNoteMs);
    connect(&fade_, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void NoticeBar::showError(const QString& message, const QString& hint, const QString& buttonText,
                          std::function<void()> action) {
    present(true, message, hint, buttonText, std::move(action));
}

void NoticeBar::showNote(const QString& message, const QString& buttonText,
                         std::function<void()> action) {
    present(false, message, {}, buttonText, std::move(action));
}

void NoticeBar::present(bool isError, const QString& message, const QString& hint,
                        const QString& buttonText, std::function<void()> action) {
    message_->setText(sentenceText(message));
    message_->setProperty("role", isError ? QStringLiteral("error") : QStringLiteral("plain"));
    message_->style()->unpolish(message_);
    message_->style()->polish(message_);
    hint_->setText(sentenceText(hint));
    hint_->setVisible(!hint.isEmpty());
    action_ = std::move(action);
    button_->setText(buttonText);
    button_->setVisible(bool(action_));
    copy_->setVisible(isError);
    isError ? fade_.stop() : fade_.start();
    show();
}

}  // namespace reelquery
