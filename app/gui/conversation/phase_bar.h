#pragma once
// Five small bars, one for each phase of a question.

#include <QWidget>

#include "app/gui/engine/progress_clock.h"

namespace reelquery {

class PhaseBar : public QWidget {
    Q_OBJECT

  public:
    explicit PhaseBar(QWidget* parent = nullptr);

    void show(const ProgressClock& clock);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    double share_[ProgressClock::kPhases] = {};
};

}  // namespace reelquery
