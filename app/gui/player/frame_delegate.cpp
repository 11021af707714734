#include "app/gui/player/frame_delegate.h"

#include <QImage>
#include <QPainter>

#include "app/gui/state/seen_frames.h"

namespace reelquery {

QSize FrameDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {kWidth, std::max(kHeight, 62 + option.fontMetrics.height())};
}

void FrameDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    const auto picture = index.data(SeenFrames::kThumbnailRole).value<QImage>();
    const int lineHeight = option.fontMetrics.height();
    const QRect area = option.rect.adjusted(4, 4, -4, -lineHeight - 4);
    const QSize size = picture.size().scaled(area.size(), Qt::KeepAspectRatio);
    const QRect target(area.center() - QPoint(size.width() / 2, size.height() / 2), size);
    painter->save();
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    painter->drawImage(target, picture);
    const bool isCurrent = option.state.testFlag(QStyle::State_Selected);
    if (isCurrent) {
        painter->setPen(QPen(option.palette.color(QPalette::Highlight), 2));
        painter->drawRect(target.adjusted(-1, -1, 1, 1));
    }
    painter->setPen(option.palette.color(isCurrent ? QPalette::Text : QPalette::PlaceholderText));
    const QRect line(option.rect.left(), option.rect.bottom() - lineHeight - 1, option.rect.width(),
                     lineHeight);
    painter->drawText(line, Qt::AlignCenter, index.data(Qt::DisplayRole).toString());
    painter->restore();
}

}  // namespace reelquery
