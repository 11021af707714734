#pragma once
// The rows of a comparison as a table model.

#include <QAbstractTableModel>

#include "app/gui/compare/comparison_rows.h"

namespace reelquery {

class ComparisonModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    /// Length of the bar in a cell, 0 to 1 of the longest in the table; absent without a bar.
    static constexpr int kBarRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::vector<ComparisonRow> rows);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<ComparisonRow> rows_;
    double longest_ = 0;
};

}  // namespace reelquery
