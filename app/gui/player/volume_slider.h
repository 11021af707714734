#pragma once
// A thin slider for the volume.

#include <QSlider>

namespace reelquery {

class VolumeSlider : public QSlider {
    Q_OBJECT

  public:
    explicit VolumeSlider(QWidget* parent = nullptr);

    QSize sizeHint() const override { return {84, 22}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

  private:
    void setFrom(double x);
};

}  // namespace reelquery
