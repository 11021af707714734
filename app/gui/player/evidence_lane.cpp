#include "app/gui/player/evidence_lane.h"

#include <QPainter>
#include <QPalette>
#include <algorithm>

#include "app/gui/look/theme.h"

namespace reelquery {

namespace {

constexpr double kLongestStep = 1.5;  // of the usual distance between two steps

}  // namespace

std::vector<EvidenceStep> evidenceSteps(const Evidence& evidence) {
    const std::size_t count = std::min(evidence.timesS.size(), evidence.weights.size());
    if (count == 0) return {};
    std::vector<double> gaps;
    for (std::size_t at = 1; at < count; ++at)
        gaps.push_back(evidence.timesS[at] - evidence.timesS[at - 1]);
    double usual = 1;
    if (!gaps.empty()) {
        std::nth_element(gaps.begin(), gaps.begin() + std::ptrdiff_t(gaps.size() / 2), gaps.end());
        usual = gaps[gaps.size() / 2];
    }
    const float strongest = *std::max_element(evidence.weights.begin(),
                                              evidence.weights.begin() + std::ptrdiff_t(count));
    std::vector<EvidenceStep> steps;
    for (std::size_t at = 0; at < count; ++at) {
        const double fromS = evidence.timesS[at];
        const double nextS = at + 1 < count ? evidence.timesS[at + 1] : fromS + usual;
        const double share = strongest > 0 ? double(evidence.weights[at] / strongest) : 0;
        steps.push_back({fromS, std::min(nextS, fromS + kLongestStep * usual), share});
    }
    return steps;
}

double evidenceAt(const std::vector<EvidenceStep>& steps, double seconds) {
    const auto after =
        std::upper_bound(steps.begin(), steps.end(), seconds,
                         [](double time, const EvidenceStep& step) { return time < step.fromS; });
    if (after == steps.begin()) return 0;
    const EvidenceStep& step = *(after - 1);
    return seconds <= step.toS ? step.share : 0;
}

void paintEvidenceLane(QPainter& painter, const QPalette& palette, const QRectF& area,
                       const EvidenceLane& lane, const std::function<double(double)>& xOf) {
    const QColor ground = palette.color(QPalette::Window),
                 high = palette.color(QPalette::Highlight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(blend(ground, palette.color(QPalette::Text), 0.18));
    painter.drawRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1));
    for (const EvidenceStep& step : lane.steps) {
        const double height = step.share * area.height();
        if (height < 0.5) continue;
        const double from = xOf(step.fromS);
        painter.setBrush(blend(ground, high, 0.35 + 0.65 * step.share));
        painter.drawRect(
            QRectF(from, area.bottom() - height, std::max(1.0, xOf(step.toS) - from), height));
    }
}

}  // namespace reelquery
