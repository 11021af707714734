#pragma once
// How much of the attention each head of each layer computed, as a map of layers by heads.

#include <QWidget>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

/// Layers run to the right, heads down; strong colour is dense. Confined to the GUI thread.
class DensityMap : public QWidget {
    Q_OBJECT

  public:
    explicit DensityMap(QWidget* parent = nullptr);

    void show(std::vector<LayerAttention> layers);

    QSize sizeHint() const override { return {280, 150}; }

    QSize minimumSizeHint() const override { return {140, 90}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRectF cells() const;
    /// Which colour means how dense, between the numbers of the layers.
    void paintScale(QPainter& painter, const QRectF& below, const QColor& low,
                    const QColor& high) const;
    int heads() const;
    QString describe() const;

    std::vector<LayerAttention> layers_;
};

}  // namespace reelquery
