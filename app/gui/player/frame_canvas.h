#pragma once
// A picture in the middle of a dark area, or a hint while there is none.

#include <QImage>
#include <QWidget>

namespace reelquery {

/// Keeps the aspect ratio; sharp at every scale factor of the screen.
class FrameCanvas : public QWidget {
    Q_OBJECT

  public:
    explicit FrameCanvas(QWidget* parent = nullptr);

    void setPicture(const QImage& picture);
    void setHint(const QString& hint);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QImage picture_;
    QString hint_;
};

}  // namespace reelquery
