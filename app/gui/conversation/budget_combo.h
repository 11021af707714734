#pragma once
// The choice of a token budget; its list says what each would cost.

#include <QComboBox>
#include <optional>

#include "app/gui/state/ask_settings.h"

namespace reelquery {

/// Confined to the GUI thread.
class BudgetCombo : public QComboBox {
    Q_OBJECT

  public:
    explicit BudgetCombo(QWidget* parent = nullptr);

    BudgetPreset preset() const { return BudgetPreset(currentData().toInt()); }

    /// The budget in use: its name, or the tokens of one that was set by hand.
    void showBudget(const SamplingOptions& sampling);

    /// Shown beside the preset in the list.
    void setCost(BudgetPreset preset, const Plan& plan);

    void showPopup() override;

  Q_SIGNALS:
    /// The list opens: costs are wanted. Those of before are gone.
    void costsWanted();

  private:
    void setCostText(int row, const QString& text);
    void fitList();
};

}  // namespace reelquery
