#include "app/gui/window/drop_overlay.h"

#include <QFrame>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "app/gui/look/icon_label.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"

namespace reelquery {

DropOverlay::DropOverlay(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("dropOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* column = columnLayout(this, 0);
    auto* card = make<QFrame>(this);
    card->setObjectName(QStringLiteral("dropCard"));
    auto* inner = columnLayout(card, 10);
    inner->setContentsMargins(56, 36, 56, 36);
    inner->addWidget(make<IconLabel>(paletteIcon(QStringLiteral("film")), 48, card), 0,
                     Qt::AlignHCenter);
    text_ = make<QLabel>(card);
    text_->setObjectName(QStringLiteral("dropText"));
    text_->setProperty("role", QStringLiteral("title"));
    text_->setAlignment(Qt::AlignCenter);
    inner->addWidget(text_);
    column->addWidget(card, 0, Qt::AlignCenter);
    hide();
}

void DropOverlay::present(const QString& text) {
    text_->setText(text_->fontMetrics().elidedText(text, Qt::ElideMiddle, 720));
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

void DropOverlay::paintEvent(QPaintEvent*) {
    QColor shade = palette().color(QPalette::Window);
    shade.setAlphaF(0.82f);
    QPainter(this).fillRect(rect(), shade);
}

}  // namespace reelquery
