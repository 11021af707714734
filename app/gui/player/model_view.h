#pragma once
// What the model sees: the frames as they were fed to it, with their times.

#include <QWidget>

class QLabel;
class QListView;

namespace reelquery {

class FrameCanvas;
class SeenFrames;

/// A large frame over a filmstrip; the frame nearest to the playing time is the current one.
/// Confined to the GUI thread.
class ModelView : public QWidget {
    Q_OBJECT

  public:
    explicit ModelView(SeenFrames& frames, QWidget* parent = nullptr);

    void setPosition(double seconds);

  Q_SIGNALS:
    void seekRequested(double seconds);

  private:
    void showCurrent();

    SeenFrames& frames_;
    FrameCanvas* canvas_;
    QLabel* caption_;
    QListView* strip_;
    double positionS_ = 0;
};

}  // namespace reelquery
