#pragma once
// What the next question will cost, and what can be done where it does not fit.

#include <QWidget>

#include "core/session/events.h"

namespace reelquery {

class ToldLabel;

/// Confined to the GUI thread.
class PlanLine : public QWidget {
    Q_OBJECT

  public:
    explicit PlanLine(QWidget* parent = nullptr);

    /// A plan that does not fit brings a button for each way to make it fit.
    void show(const Plan& plan);
    void showProblem(const QString& message, const QString& hint);
    void clear();

  Q_SIGNALS:
    void choicePicked(const PlanChoice& choice);

  private:
    void setChoices(const std::vector<PlanChoice>& choices);

    ToldLabel* text_;
    QWidget* choices_;
};

/// "about 9 s · 5.2 GiB"; without a forecast, memory alone; "does not fit: 9.1 GiB" where it does
/// not.
QString costText(const Plan& plan);

}  // namespace reelquery
