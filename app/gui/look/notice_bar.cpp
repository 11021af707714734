#include "app/gui/look/notice_bar.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

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
    for (std::size_t at = 0; at < kMostActions; ++at) {
        auto* button = make<QPushButton>(this);
        button->setObjectName(at == 0 ? QStringLiteral("noticeButton")
                                      : QStringLiteral("noticeButton%1").arg(at + 1));
        connect(button, &QPushButton::clicked, this, [this, at] {
            if (notices_.empty() || at >= notices_.back().actions.size()) return;
            const auto act = notices_.back().actions[at].act;
            dismiss();
            act();
        });
        row->addWidget(button);
        buttons_.push_back(button);
    }
    copy_ = make<QPushButton>(tr("Copy details"), this);
    connect(copy_, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(message_->text() + QLatin1Char('\n') + hint_->text());
    });
    row->addWidget(copy_);
    more_ = make<QPushButton>(this);
    more_->setObjectName(QStringLiteral("noticeMore"));
    connect(more_, &QPushButton::clicked, this, [this] {
        std::rotate(notices_.begin(), notices_.end() - 1, notices_.end());
        present();
    });
    row->addWidget(more_);
    auto* close = make<QToolButton>(this);
    close->setIcon(paletteIcon(QStringLiteral("close")));
    close->setAccessibleName(tr("Dismiss"));
    close->setToolTip(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, &NoticeBar::dismiss);
    row->addWidget(close);
    fade_.setSingleShot(true);
    fade_.setInterval(kNoteMs);
    connect(&fade_, &QTimer::timeout, this, &NoticeBar::dismiss);
    hide();
}

void NoticeBar::showError(const QString& message, const QString& hint) {
    show({NoticeTopic::kOther, true, message, hint, {}});
}

void NoticeBar::showNote(const QString& message) {
    show({NoticeTopic::kOther, false, message, {}, {}});
}

void NoticeBar::show(Notice notice) {
    std::erase_if(notices_, [&notice](const Notice& each) {
        // A note that would have gone by itself does not come back.
        return each.topic == notice.topic || (!each.isError && !each.stays && each.actions.empty());
    });
    notices_.push_back(std::move(notice));
    present();
    const Notice& shown = notices_.back();
    Q_EMIT said(sentenceText(shown.message), sentenceText(shown.hint), shown.isError);
}

void NoticeBar::clear(NoticeTopic topic) {
    const auto count =
        std::erase_if(notices_, [topic](const Notice& notice) { return notice.topic == topic; });
    if (count > 0) present();
}

void NoticeBar::dismiss() {
    if (!notices_.empty()) notices_.pop_back();
    present();
}

void NoticeBar::present() {
    fade_.stop();
    if (notices_.empty()) return hide();
    const Notice& notice = notices_.back();
    message_->setText(sentenceText(notice.message));
    message_->setProperty("role",
                          notice.isError ? QStringLiteral("error") : QStringLiteral("plain"));
    message_->style()->unpolish(message_);
    message_->style()->polish(message_);
    hint_->setText(sentenceText(notice.hint));
    hint_->setVisible(!notice.hint.isEmpty());
    for (std::size_t at = 0; at < kMostActions; ++at) {
        const bool isUsed = at < notice.actions.size();
        if (isUsed) buttons_[at]->setText(notice.actions[at].text);
        buttons_[at]->setVisible(isUsed);
    }
    copy_->setVisible(notice.isError);
    const auto others = int(notices_.size()) - 1;
    more_->setText(tr("%n more", nullptr, others));
    more_->setVisible(others > 0);
    if (!notice.isError && !notice.stays && notice.actions.empty()) fade_.start();
    QFrame::show();
}

}  // namespace reelquery
