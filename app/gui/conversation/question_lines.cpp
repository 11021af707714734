#include "app/gui/conversation/question_lines.h"

#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/conversation/conversation_panel.h"
#include "app/gui/desktop/told_label.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

LimitsLine::LimitsLine(QWidget* parent) : QWidget(parent) {
    auto* row = rowLayout(this, 8);
    row->setContentsMargins(4, 0, 0, 0);
    auto* text = make<QLabel>(
        ConversationPanel::tr("The demo model knows drawn shapes and their colours only."), this);
    text->setObjectName(QStringLiteral("limitsText"));
    text->setProperty("role", QStringLiteral("muted"));
    text->setWordWrap(true);
    auto* get = make<QPushButton>(ConversationPanel::tr("Get a model…"), this);
    get->setObjectName(QStringLiteral("getModelButton"));
    connect(get, &QPushButton::clicked, this, &LimitsLine::modelsRequested);
    row->addWidget(text, 1);
    row->addWidget(get);
    hide();
}

EditBanner::EditBanner(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("editBanner"));
    auto* row = rowLayout(this, 8);
    row->setContentsMargins(4, 0, 0, 0);
    text_ = make<ToldLabel>(this);
    text_->setObjectName(QStringLiteral("editText"));
    text_->setProperty("role", QStringLiteral("heading"));
    text_->setWordWrap(true);
    auto* cancel = make<QPushButton>(ConversationPanel::tr("Cancel"), this);
    cancel->setObjectName(QStringLiteral("cancelEditButton"));
    cancel->setToolTip(ConversationPanel::tr("Leave the question as it is (Esc)"));
    connect(cancel, &QPushButton::clicked, this, &EditBanner::cancelled);
    row->addWidget(text_, 1);
    row->addWidget(cancel);
    hide();
}

void EditBanner::present(int exchange, int count) {
    setVisible(exchange >= 0);
    const int after = count - exchange - 1;
    const QString what = ConversationPanel::tr("Editing question %1").arg(exchange + 1);
    text_->tell(after == 0 ? what
                           : what + QStringLiteral(" · ") +
                                 ConversationPanel::tr("the %n after it will be kept as an earlier "
                                                       "version",
                                                       nullptr, after));
}

RangeLine::RangeLine(QWidget* parent) : QWidget(parent) {
    auto* row = rowLayout(this, 4);
    row->setContentsMargins(4, 0, 4, 0);  // as the question's document
    text_ = make<QLabel>(this);
    text_->setObjectName(QStringLiteral("rangeText"));
    text_->setProperty("role", QStringLiteral("muted"));
    auto* clear = make<QToolButton>(this);
    clear->setObjectName(QStringLiteral("clearRangeButton"));
    clear->setIcon(paletteIcon(QStringLiteral("close")));
    clear->setIconSize({12, 12});
    clear->setToolTip(ConversationPanel::tr("Ask about all of the video"));
    clear->setAccessibleName(ConversationPanel::tr("Ask about all of the video"));
    connect(clear, &QToolButton::clicked, this, &RangeLine::cleared);
    row->addWidget(text_);
    row->addWidget(clear);
    row->addStretch(1);
}

void RangeLine::present(std::optional<double> fromS, std::optional<double> toS, double durationS) {
    setVisible(fromS || toS);
    text_->setText(ConversationPanel::tr("About %1 to %2 only")
                       .arg(clockText(fromS.value_or(0)), clockText(toS.value_or(durationS))));
}

}  // namespace reelquery
