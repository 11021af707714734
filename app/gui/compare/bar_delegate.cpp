#include "app/gui/compare/bar_delegate.h"

#include <QGuiApplication>
#include <QPainter>
#include <algorithm>

#include "app/gui/compare/comparison_model.h"
#include "app/gui/look/theme.h"

namespace reelquery {

void BarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect cell = option.rect.adjusted(4, 2, -8, -2);
    const QVariant bar = index.data(ComparisonModel::kBarRole);
    if (bar.isValid()) {
        const QColor accent = option.palette.color(QPalette::Highlight);
        // The table is transparent, and so is its own Base.
        const QColor base = QGuiApplication::palette().color(QPalette::Base);
        // Dense and sparse differ in strength, and their columns say which is which.
        painter->setPen(Qt::NoPen);
        painter->setBrush(blend(base, accent, index.column() == 1 ? 0.22 : 0.42));
        const double width = std::max(2.0, cell.width() * bar.toDouble());
        painter->drawRoundedRect(QRectF(cell.left(), cell.top(), width, cell.height()), 3, 3);
    }
    painter->setPen(index.column() == 0 ? mutedText(option.palette)
                                        : option.palette.color(QPalette::Text));
    painter->drawText(
        cell.adjusted(6, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, cell.width() - 6));
    painter->restore();
}

QSize BarDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {option.fontMetrics.horizontalAdvance(index.data().toString()) + 24,
            option.fontMetrics.height() + 8};
}

}  // namespace reelquery
