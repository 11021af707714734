#include "app/gui/compare/density_map.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "app/gui/look/format.h"
#include "app/gui/look/theme.h"

namespace reelquery {

DensityMap::DensityMap(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("densityMap"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Density of each layer and head"));
}

void DensityMap::show(std::vector<LayerAttention> layers) {
    layers_ = std::move(layers);
    setAccessibleDescription(describe());
    update();
}

int DensityMap::heads() const {
    std::size_t most = 0;
    for (const LayerAttention& layer : layers_) most = std::max(most, layer.densityPerHead.size());
    return int(most);
}

QString DensityMap::describe() const {
    if (heads() == 0) return tr("No sparse answer yet.");
    float lowest = 1, highest = 0;
    for (const LayerAttention& layer : layers_) {
        for (const float density : layer.densityPerHead) {
            lowest = std::min(lowest, density);
            highest = std::max(highest, density);
        }
    }
    return tr("%1 layers and %2 heads, from %3 to %4.")
        .arg(layers_.size())
        .arg(heads())
        .arg(percentText(lowest), percentText(highest));
}

QRectF DensityMap::cells() const {
    const int line = fontMetrics().height();
    return QRectF(line + 6, 0, std::max(1, width() - line - 8), std::max(1, height() - line - 6));
}

void DensityMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int rows = heads();
    if (rows == 0) {
        painter.setPen(mutedText(palette()));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("The map of layers and heads appears with a sparse answer."));
        return;
    }
    const QRectF area = cells();
    const double cellWidth = area.width() / double(layers_.size()),
                 cellHeight = area.height() / rows;
    const double gap = std::min(cellWidth, cellHeight) > 5 ? 1 : 0;
    const QColor low =
        blend(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.06);
    const QColor high = palette().color(QPalette::Highlight);
    painter.setPen(Qt::NoPen);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        const auto& heads = layers_[layer].densityPerHead;
        for (std::size_t head = 0; head < heads.size(); ++head) {
            painter.setBrush(blend(low, high, std::clamp(double(heads[head]), 0.0, 1.0)));
            painter.drawRect(QRectF(area.left() + double(layer) * cellWidth,
                                    area.top() + double(head) * cellHeight, cellWidth - gap,
                                    cellHeight - gap));
        }
    }
    painter.setPen(mutedText(palette()));
    const QRectF below(area.left(), area.bottom() + 2, area.width(), fontMetrics().height() + 2);
    painter.drawText(below, Qt::AlignLeft, tr("Layer 0"));
    painter.drawText(below, Qt::AlignRight, QString::number(layers_.back().layer));
    paintScale(painter, below, low, high);
    painter.save();
    painter.translate(0, area.bottom());
    painter.rotate(-90);
    painter.drawText(QRectF(0, 0, area.height(), fontMetrics().height()), Qt::AlignCenter,
                     tr("Heads"));
    painter.restore();
}

void DensityMap::paintScale(QPainter& painter, const QRectF& below, const QColor& low,
                            const QColor& high) const {
    constexpr double kBar = 72, kGap = 6, kLeast = 320;
    if (below.width() < kLeast) return;
    const QRectF bar(below.center().x() - kBar / 2, below.top() + 3, kBar, below.height() - 6);
    QLinearGradient colours(bar.topLeft(), bar.topRight());
    colours.setColorAt(0, low);
    colours.setColorAt(1, high);
    painter.fillRect(bar, colours);
    const QRectF before(below.left(), below.top(), bar.left() - kGap - below.left(),
                        below.height());
    const QRectF after(bar.right() + kGap, below.top(), below.right() - bar.right() - kGap,
                       below.height());
    painter.drawText(before, Qt::AlignRight, tr("Density %1").arg(percentText(0)));
    painter.drawText(after, Qt::AlignLeft, percentText(1));
}

bool DensityMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || heads() == 0) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRectF area = cells();
    const auto layer = int((help->pos().x() - area.left()) / area.width() * double(layers_.size()));
    const auto head = int((help->pos().y() - area.top()) / area.height() * heads());
    if (!area.contains(help->pos()) || layer < 0 || layer >= int(layers_.size()) ||
        head >= int(layers_[std::size_t(layer)].densityPerHead.size())) {
        QToolTip::hideText();
        return true;
    }
    const LayerAttention& found = layers_[std::size_t(layer)];
    QString text = tr("Layer %1, head %2: %3 of the blocks")
                       .arg(found.layer)
                       .arg(head)
                       .arg(percentText(found.densityPerHead[std::size_t(head)]));
    if (std::size_t(head) < found.keptMassPerHead.size()) {
        text += tr(", %1 of the estimated mass")
                    .arg(percentText(found.keptMassPerHead[std::size_t(head)]));
    }
    if (!found.why.empty()) text += QLatin1Char('\n') + toQString(found.why);
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

}  // namespace reelquery
