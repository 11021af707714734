#pragma once
// An icon as a widget, drawn anew whenever the palette changes.

#include <QIcon>
#include <QPainter>
#include <QWidget>

namespace reelquery {

class IconLabel : public QWidget {
  public:
    /// sizePx: device-independent pixels, square.
    IconLabel(QIcon icon, int sizePx, QWidget* parent = nullptr)
        : QWidget(parent), icon_(std::move(icon)) {
        setFixedSize(sizePx, sizePx);
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        icon_.paint(&painter, rect());
    }

  private:
    QIcon icon_;
};

}  // namespace reelquery
