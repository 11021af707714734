#include "app/gui/window/drop_target.h"

#include <QDragEnterEvent>
#include <QFrame>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QTimer>
#include <QVBoxLayout>

#include "app/gui/look/icon_label.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/window/media_files.h"

namespace reelquery {

DropTarget::DropTarget(QWidget* parent) : QWidget(parent) {
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
    parent->setAcceptDrops(true);
    parent->installEventFilter(this);
}

bool DropTarget::eventFilter(QObject* watched, QEvent* event) {
    if (watched != parentWidget()) return false;
    const auto type = event->type();
    if (type == QEvent::DragLeave) hide();
    if (type != QEvent::DragEnter && type != QEvent::DragMove && type != QEvent::Drop) return false;
    auto* drag = static_cast<QDropEvent*>(event);
    drag->setDropAction(Qt::CopyAction);
    if (type == QEvent::DragMove) {
        drag->setAccepted(isVisible());
        return isVisible();
    }
    const QStringList paths = pathsOf(*drag->mimeData());
    if (paths.isEmpty()) return false;
    drag->accept();
    // By their names: the files may lie on a share that does not answer.
    if (type == QEvent::DragEnter) present(dropText(sortByName(paths)));
    if (type == QEvent::Drop) {
        hide();
        QTimer::singleShot(0, this, [this, paths] { Q_EMIT dropped(paths); });
    }
    return true;
}

void DropTarget::present(const QString& text) {
    text_->setText(text_->fontMetrics().elidedText(text, Qt::ElideMiddle, 720));
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

void DropTarget::paintEvent(QPaintEvent*) {
    QColor shade = palette().color(QPalette::Window);
    shade.setAlphaF(0.82f);
    QPainter(this).fillRect(rect(), shade);
}

}  // namespace reelquery
