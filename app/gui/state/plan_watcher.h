#pragma once
// Keeps the forecast of the next question up to date.

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <optional>

#include "app/gui/state/ask_settings.h"
#include "core/session/session.h"

namespace reelquery {

class EngineBridge;

/// Asks the engine for a plan a moment after the last change, never while a question runs: the
/// engine serves one request after the other. Confined to the GUI thread.
class PlanWatcher : public QObject {
    Q_OBJECT

  public:
    /// makeRequest: what would be asked now; empty when nothing can be asked yet.
    PlanWatcher(EngineBridge& bridge, std::function<std::optional<AskRequest>()> makeRequest,
                QObject* parent = nullptr);

    /// Something the plan depends on has changed.
    void invalidate();

    /// Plans the same question with each of the budgets that have a name.
    void planBudgets();

    /// No plans are asked for while held; a plan under way is called off.
    void hold(bool isHeld);

  Q_SIGNALS:
    void planned(const Plan& plan);
    void budgetPlanned(BudgetPreset preset, const Plan& plan);
    void failed(const QString& message, const QString& hint);
    /// There is nothing to plan.
    void cleared();

  private:
    void ask();
    void callOff();

    EngineBridge& bridge_;
    std::function<std::optional<AskRequest>()> makeRequest_;
    QTimer delay_;
    RequestId request_ = 0;
    std::map<RequestId, BudgetPreset> budgets_;
    bool isHeld_ = false;
};

}  // namespace reelquery
