#pragma once
// The curve of where the model looked, as a row of bars under the time line.

#include <QRectF>
#include <functional>
#include <vector>

#include "app/gui/state/video_state.h"

class QPainter;
class QPalette;

namespace reelquery {

/// A bar of the curve.
struct EvidenceStep {
    double fromS = 0, toS = 0;
    double share = 0;  ///< of the strongest step, 0 to 1
};

/// A step lasts until the next one; across a gap in the frames it ends early, since nothing was
/// seen there.
std::vector<EvidenceStep> evidenceSteps(const Evidence& evidence);

/// The share at a time; 0 where no frame was seen.
double evidenceAt(const std::vector<EvidenceStep>& steps, double seconds);

/// One answer's lane.
struct EvidenceLane {
    QString name;  ///< empty for a lone answer
    std::vector<EvidenceStep> steps;
};

/// Draws a lane into `area`; xOf gives the place of a time. Height tells the share, colour only
/// supports it.
void paintEvidenceLane(QPainter& painter, const QPalette& palette, const QRectF& area,
                       const EvidenceLane& lane, const std::function<double(double)>& xOf);

}  // namespace reelquery
