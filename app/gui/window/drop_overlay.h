#pragma once
// Says what a drop will do while something is dragged over the window.

#include <QWidget>

class QFrame;
class QLabel;

namespace reelquery {

/// Covers its parent. Confined to the GUI thread.
class DropOverlay : public QWidget {
    Q_OBJECT

  public:
    explicit DropOverlay(QWidget* parent);

    void present(const QString& text);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QLabel* text_;
};

}  // namespace reelquery
