#pragma once
// The moments an answer's model looked at, as pictures to click, and the way to a closer look.

#include <QWidget>
#include <vector>

#include "core/session/report/evidence.h"

class QGridLayout;
class QPushButton;
class QToolButton;

namespace reelquery {

class SeenFrames;

/// Hidden without moments. Confined to the GUI thread.
class MomentRow : public QWidget {
    Q_OBJECT

  public:
    /// frames: where the stills come from; outlives the row.
    explicit MomentRow(const SeenFrames& frames, QWidget* parent = nullptr);

    /// The strongest few become chips. The same moments shown again leave the row alone, with the
    /// stills of then.
    void show(const std::vector<Moment>& moments);

    void setCloserLookOffered(bool isOffered);

  Q_SIGNALS:
    void seekRequested(double seconds);
    void closerLookRequested();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void addChip(const Moment& moment);
    void place();

    const SeenFrames& frames_;
    QGridLayout* grid_;
    QPushButton* closer_;
    std::vector<Moment> moments_;
    std::vector<QToolButton*> chips_;
    int columns_ = 0;
};

}  // namespace reelquery
