#include "app/gui/conversation/phase_bar.h"

#include <QPainter>
#include <algorithm>

namespace reelquery {

namespace {

constexpr int kHeight = 6, kGapPx = 4;
/// Width of each phase: reading the prompt is the longest for a long video.
constexpr double kWeights[ProgressClock::kPhases] = {1, 2, 2, 3, 2};

}  // namespace

PhaseBar::PhaseBar(QWidget* parent) : QWidget(parent) {
    setFixedHeight(kHeight);
    setAccessibleName(tr("Progress"));
}

void PhaseBar::show(const ProgressClock& clock) {
    const auto current = clock.current();
    for (int at = 0; at < ProgressClock::kPhases; ++at) {
        const auto& phase = clock.phase(Phase(at));
        share_[at] =
            phase.total > 0 ? std::clamp(double(phase.done) / double(phase.total), 0.0, 1.0) : 0;
        // Phases are optional: a model in memory is not loaded, cached frames are not decoded.
        const bool isSkipped = current && at < int(*current) && phase.steps == 0;
        if (isSkipped) share_[at] = 1;
    }
    update();
}

void PhaseBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    double sum = 0;
    for (const double weight : kWeights) sum += weight;
    const double room = width() - kGapPx * (ProgressClock::kPhases - 1);
    double x = 0;
    for (int at = 0; at < ProgressClock::kPhases; ++at) {
        const QRectF whole(x, 0, room * kWeights[at] / sum, kHeight);
        painter.setBrush(palette().color(QPalette::Mid));
        painter.drawRoundedRect(whole, kHeight / 2, kHeight / 2);
        if (share_[at] > 0) {
            QRectF done = whole;
            done.setWidth(std::max(double(kHeight), whole.width() * share_[at]));
            painter.setBrush(palette().color(QPalette::Highlight));
            painter.drawRoundedRect(done, kHeight / 2, kHeight / 2);
        }
        x += whole.width() + kGapPx;
    }
}

}  // namespace reelquery
