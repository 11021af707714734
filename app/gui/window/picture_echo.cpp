#include "app/gui/window/picture_echo.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <algorithm>
#include <utility>

#include "app/gui/look/make.h"

namespace reelquery {

namespace {

constexpr int kShownMs = 8000, kFromTop = 14;

}  // namespace

PictureEcho::PictureEcho(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("pictureEcho"));
    auto* row = rowLayout(this, 8);
    row->setContentsMargins(14, 6, 8, 6);
    text_ = make<QLabel>(this);
    text_->setObjectName(QStringLiteral("echoText"));
    text_->setTextFormat(Qt::PlainText);
    row->addWidget(text_);
    undoButton_ = make<QPushButton>(tr("Undo"), this);
    undoButton_->setObjectName(QStringLiteral("echoUndo"));
    undoButton_->setFocusPolicy(Qt::TabFocus);
    row->addWidget(undoButton_);
    connect(undoButton_, &QPushButton::clicked, this, [this] {
        hide();
        if (const auto undo = std::exchange(undo_, {})) undo();
    });
    fade_.setSingleShot(true);
    fade_.setInterval(kShownMs);
    connect(&fade_, &QTimer::timeout, this, &QWidget::hide);
    parent->installEventFilter(this);
    hide();
}

void PictureEcho::say(const QString& text, std::function<void()> undo, const QString& undoText) {
    undoButton_->setText(undoText.isEmpty() ? tr("Undo") : undoText);
    Q_EMIT said(text);
    text_->setText(text_->fontMetrics().elidedText(text, Qt::ElideMiddle,
                                                   std::max(120, parentWidget()->width() - 140)));
    undo_ = std::move(undo);
    undoButton_->setVisible(bool(undo_));
    fade_.start();
    show();
    raise();
    place();
}

void PictureEcho::place() {
    adjustSize();
    move((parentWidget()->width() - width()) / 2, kFromTop);
}

bool PictureEcho::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && isVisible()) place();
    return QFrame::eventFilter(watched, event);
}

}  // namespace reelquery
