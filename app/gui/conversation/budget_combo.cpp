#include "app/gui/conversation/budget_combo.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>

#include "app/gui/conversation/plan_line.h"
#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/theme.h"

namespace reelquery {

namespace {

constexpr int kCostRole = Qt::UserRole + 1;
constexpr int kBetween = 24, kPadding = 10;

/// The name at the left, the cost at the right.
class CostDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyledItemDelegate::paint(painter, option, index);
        painter->save();
        painter->setPen(mutedText(option.palette));
        painter->drawText(option.rect.adjusted(0, 0, -kPadding, 0),
                          Qt::AlignRight | Qt::AlignVCenter, index.data(kCostRole).toString());
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        const int cost = option.fontMetrics.horizontalAdvance(index.data(kCostRole).toString());
        return {size.width() + (cost > 0 ? kBetween + cost + kPadding : 0), size.height() + 4};
    }
};

}  // namespace

BudgetCombo::BudgetCombo(QWidget* parent) : QComboBox(parent) {
    setObjectName(QStringLiteral("budgetCombo"));
    setAccessibleName(tr("Budget"));
    setToolTip(
        tr("How many tokens the video may take: more tokens, more frames and detail, more time"));
    addItem(tr("Quick · 4K"), int(BudgetPreset::kQuick));
    addItem(tr("Standard · 16K"), int(BudgetPreset::kStandard));
    addItem(tr("Long · 64K"), int(BudgetPreset::kLong));
    addItem(tr("Max · 115K"), int(BudgetPreset::kMax));
    view()->setItemDelegate(make<CostDelegate>(view()));
}

void BudgetCombo::showBudget(const SamplingOptions& sampling) {
    // Numbers set by hand have a name while they are in use; there is nothing to choose then.
    const BudgetPreset preset = presetOf(sampling);
    int custom = findData(int(BudgetPreset::kCustom));
    if (preset == BudgetPreset::kCustom) {
        if (custom < 0) addItem({}, int(preset));
        custom = findData(int(preset));
        setItemText(custom, tr("Custom · %1").arg(countText(sampling.maxVideoTokens)));
    } else if (custom >= 0) {
        removeItem(custom);
    }
    setCurrentIndex(findData(int(preset)));
}

void BudgetCombo::setCost(BudgetPreset preset, const Plan& plan) {
    setCostText(findData(int(preset)), costText(plan));
}

void BudgetCombo::setCostText(int row, const QString& text) {
    setItemData(row, text, kCostRole);
    setItemData(row, text.isEmpty() ? itemText(row) : itemText(row) + QStringLiteral(", ") + text,
                Qt::AccessibleTextRole);
    if (view()->isVisible()) fitList();
}

void BudgetCombo::fitList() {
    // Qt sizes the list before the delegate has widened its rows and made them taller.
    QWidget* list = view()->window();
    QSize wanted(view()->sizeHintForColumn(0) + 2 * kPadding, list->height() - view()->height());
    wanted.rheight() += 2 * view()->frameWidth();
    for (int row = 0; row < count(); ++row) wanted.rheight() += view()->sizeHintForRow(row);
    list->resize(list->size().expandedTo(wanted));
}

void BudgetCombo::showPopup() {
    for (int row = 0; row < count(); ++row) setCostText(row, {});
    Q_EMIT costsWanted();
    QComboBox::showPopup();
    fitList();
}

}  // namespace reelquery
