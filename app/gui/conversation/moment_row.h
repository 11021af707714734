#pragma once
// The moments an answer's model looked at, as pictures to click, and the way to a closer look.

#include <QImage>
#include <QWidget>
#include <functional>
#include <vector>

#include "core/session/report/evidence.h"

class QPushButton;
class QToolButton;

namespace reelquery {

class FlowLayout;

/// Gives the picture of a time; null where there is none.
using StillAt = std::function<QImage(double timeS)>;

/// Hidden without moments. Confined to the GUI thread.
class MomentRow : public QWidget {
    Q_OBJECT

  public:
    /// stillAt: where the stills come from; outlives the row.
    explicit MomentRow(const StillAt& stillAt, QWidget* parent = nullptr);

    /// The strongest few become chips. The same moments shown again leave the row alone, with the
    /// stills of then.
    void show(const std::vector<Moment>& moments);

    void setCloserLookOffered(bool isOffered);

    /// Moments without a still look for one again.
    void completeStills();

  Q_SIGNALS:
    void seekRequested(double seconds);
    void closerLookRequested();

  private:
    void addChip(const Moment& moment);
    void setStill(QToolButton& chip, const Moment& moment);

    const StillAt& stillAt_;
    FlowLayout* flow_;
    QPushButton* closer_;
    std::vector<Moment> moments_;
    std::vector<QToolButton*> chips_;
};

}  // namespace reelquery
