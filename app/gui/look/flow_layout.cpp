#include "app/gui/look/flow_layout.h"

#include <algorithm>

namespace reelquery {

FlowLayout::FlowLayout(QWidget* parent, int gap) : QLayout(parent), gap_(gap) {
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem* item) {
    items_.emplace_back(item);
}

int FlowLayout::count() const {
    return int(items_.size());
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[std::size_t(index)].get() : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    if (index < 0 || index >= count()) return nullptr;
    QLayoutItem* taken = items_[std::size_t(index)].release();
    items_.erase(items_.begin() + index);
    return taken;
}

int FlowLayout::heightForWidth(int width) const {
    return layOut({0, 0, width, 0}, false);
}

QSize FlowLayout::minimumSize() const {
    QSize least;
    for (const auto& item : items_) least = least.expandedTo(item->minimumSize());
    return least;
}

QSize FlowLayout::sizeHint() const {
    QSize all;
    for (const auto& item : items_) {
        const QSize size = item->sizeHint();
        all = {all.width() + (all.isEmpty() ? 0 : gap_) + size.width(),
               std::max(all.height(), size.height())};
    }
    return all;
}

void FlowLayout::setGeometry(const QRect& room) {
    QLayout::setGeometry(room);
    layOut(room, true);
}

int FlowLayout::layOut(const QRect& room, bool move) const {
    int x = room.x(), y = room.y(), line = 0;
    for (const auto& item : items_) {
        if (item->isEmpty()) continue;
        const QSize size = item->sizeHint();
        if (line > 0 && x + size.width() > room.x() + room.width()) {
            x = room.x();
            y += line + gap_;
            line = 0;
        }
        if (move) item->setGeometry({QPoint(x, y), size});
        x += size.width() + gap_;
        line = std::max(line, size.height());
    }
    return y + line - room.y();
}

}  // namespace reelquery
