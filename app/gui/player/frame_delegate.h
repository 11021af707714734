#pragma once
// Draws one frame of the filmstrip: thumbnail and time.

#include <QStyledItemDelegate>

namespace reelquery {

class FrameDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    static constexpr int kWidth = 112, kHeight = 84;

    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

}  // namespace reelquery
