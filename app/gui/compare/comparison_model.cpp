#include "app/gui/compare/comparison_model.h"

#include <algorithm>

namespace reelquery {

void ComparisonModel::show(std::vector<ComparisonRow> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    longest_ = 0;
    for (const ComparisonRow& row : rows_) {
        if (row.hasBars) longest_ = std::max({longest_, row.dense, row.sparse});
    }
    endResetModel();
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(rows_.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 3;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= int(rows_.size())) return {};
    const ComparisonRow& row = rows_[std::size_t(index.row())];
    if (role == kBarRole) {
        if (index.column() == 0 || !row.hasBars || longest_ <= 0) return {};
        const double value = index.column() == 1 ? row.dense : row.sparse;
        return value > 0 ? QVariant(value / longest_) : QVariant();
    }
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case 0:
            return row.isPart ? QStringLiteral("    ") + row.name : row.name;
        case 1:
            return row.denseText.isEmpty() ? QStringLiteral("–") : row.denseText;
        default:
            return row.sparseText.isEmpty() ? QStringLiteral("–") : row.sparseText;
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    return section == 0 ? QString() : section == 1 ? tr("Dense") : tr("Sparse");
}

}  // namespace reelquery
