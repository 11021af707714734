#include "app/gui/state/plan_watcher.h"

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr int kDelayMs = 200;  // longer than the gap between two steps of a spin box

}  // namespace

PlanWatcher::PlanWatcher(EngineBridge& bridge,
                         std::function<std::optional<AskRequest>()> makeRequest, QObject* parent)
    : QObject(parent), bridge_(bridge), makeRequest_(std::move(makeRequest)) {
    delay_.setSingleShot(true);
    delay_.setInterval(kDelayMs);
    connect(&delay_, &QTimer::timeout, this, &PlanWatcher::ask);
    connect(&bridge, &EngineBridge::planReady, this, [this](const PlanReady& event) {
        if (const auto budget = budgets_.find(event.request); budget != budgets_.end()) {
            const BudgetPreset preset = budget->second;
            budgets_.erase(budget);
            Q_EMIT budgetPlanned(preset, event.plan);
        }
        if (event.request != request_) return;
        request_ = 0;
        Q_EMIT planned(event.plan);
    });
    connect(&bridge, &EngineBridge::failed, this, [this](const Failed& event) {
        budgets_.erase(event.request);
        if (event.request != request_) return;
        request_ = 0;
        Q_EMIT failed(toQString(event.message), toQString(event.hint));
    });
}

void PlanWatcher::invalidate() {
    if (!isHeld_) delay_.start();
}

void PlanWatcher::hold(bool isHeld) {
    isHeld_ = isHeld;
    if (!isHeld) {
        delay_.start();
        return;
    }
    delay_.stop();
    callOff();
}

void PlanWatcher::callOff() {
    if (request_ != 0) bridge_.cancel(request_);
    request_ = 0;
    for (const auto& [request, preset] : budgets_) bridge_.cancel(request);
    budgets_.clear();
}

void PlanWatcher::planBudgets() {
    const auto request = isHeld_ ? std::nullopt : makeRequest_();
    if (!request) return;
    for (const auto preset :
         {BudgetPreset::kQuick, BudgetPreset::kStandard, BudgetPreset::kLong, BudgetPreset::kMax}) {
        AskRequest priced = *request;
        applyPreset(preset, priced.sampling);
        budgets_[bridge_.plan(std::move(priced))] = preset;
    }
}

void PlanWatcher::ask() {
    const bool areBudgetsWanted = !budgets_.empty();
    callOff();
    const auto request = makeRequest_();
    if (!request) {
        Q_EMIT cleared();
        return;
    }
    request_ = bridge_.plan(*request);
    if (areBudgetsWanted) planBudgets();
}

}  // namespace reelquery
