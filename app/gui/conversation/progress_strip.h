#pragma once
// What a running question is doing, how far it is and how long it will take.

#include <QElapsedTimer>
#include <QWidget>

#include "app/gui/engine/progress_clock.h"

class QLabel;

namespace reelquery {

class PhaseBar;

/// Hidden while nothing runs. Confined to the GUI thread.
class ProgressStrip : public QWidget {
    Q_OBJECT

  public:
    explicit ProgressStrip(QWidget* parent = nullptr);

    void start();
    /// A pass of a comparison begins: the prompt is read again.
    void startPass(const ComparisonStep& step);
    void add(const Progress& progress);
    /// A file is read through before anything else can begin.
    void addScan(const ScannedTo& scanned);
    void finish();

  private:
    void showPhases();
    void showRemaining();

    ProgressClock clock_;
    QElapsedTimer time_;
    QString what_;
    int passes_ = 0, passesBegun_ = 0;  ///< of a comparison
    double firstPassS_ = 0;             ///< when its first one began
    QLabel* text_;
    QLabel* remaining_;
    PhaseBar* bar_;
};

/// "Decoding frame 42 of 96".
QString phaseText(Phase phase, const ProgressClock& clock);

}  // namespace reelquery
