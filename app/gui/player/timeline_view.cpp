#include "app/gui/player/timeline_view.h"

#include <QFrame>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/theme.h"

namespace reelquery {

namespace {

constexpr int kMargin = 10;
constexpr int kPinHeight = 12, kTrackHeight = 8, kTickHeight = 5, kLaneHeight = 14, kGap = 4;
constexpr int kTrackTop = kPinHeight + 3;
constexpr int kTickTop = kTrackTop + kTrackHeight + 3;
constexpr int kLaneTop = kTickTop + kTickHeight + kGap;
constexpr int kPinReach = 5;
constexpr QSize kPopupPicture(176, 100);

}  // namespace

TimelineView::TimelineView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("timeline"));
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Timeline"));
    setAccessibleDescription(
        tr("Click to seek. Ticks are the frames the model saw, pins the moments an answer names, "
           "bars where the model looked, the line below how far it has watched."));
}

QSize TimelineView::sizeHint() const {
    // Room for one lane from the start: most answers have one, and nothing should jump.
    const int lanes = std::max(1, int(lanes_.size()));
    return {400, kLaneTop + lanes * (kLaneHeight + kGap)};
}

QSize TimelineView::minimumSizeHint() const {
    return {120, sizeHint().height()};
}

void TimelineView::setDuration(double seconds) {
    durationS_ = std::max(0.0, seconds);
    update();
}

void TimelineView::setPosition(double seconds) {
    positionS_ = seconds;
    update();
}

void TimelineView::setRange(std::optional<double> fromS, std::optional<double> toS) {
    rangeFromS_ = fromS;
    rangeToS_ = toS;
    update();
}

void TimelineView::setLoop(std::optional<double> fromS, std::optional<double> toS) {
    loopFromS_ = fromS;
    loopToS_ = toS;
    update();
}

void TimelineView::setWatched(std::optional<double> toS) {
    watchedToS_ = toS;
    update();
}

void TimelineView::setMarks(std::vector<double> sampledS, std::vector<CitedMoment> cited,
                            const std::vector<EvidenceTrack>& evidence) {
    sampledS_ = std::move(sampledS);
    cited_ = std::move(cited);
    lanes_.clear();
    for (const EvidenceTrack& track : evidence)
        lanes_.push_back({track.name, evidenceSteps(track.evidence)});
    updateGeometry();
    update();
}

void TimelineView::setHits(std::vector<double> timesS) {
    if (timesS == hitsS_) return;
    hitsS_ = std::move(timesS);
    update();
}

QString TimelineView::positionText() const {
    return tr("%1 of %2").arg(clockText(positionS_), clockText(durationS_)) +
           evidenceText(positionS_) + watchedText();
}

QString TimelineView::evidenceText(double seconds) const {
    QString text;
    for (const EvidenceLane& lane : lanes_) {
        const QString share = percentText(evidenceAt(lane.steps, seconds));
        text += lane.name.isEmpty() ? tr(", attention %1 of its peak").arg(share)
                                    : tr(", %1: attention %2 of its peak").arg(lane.name, share);
    }
    return text;
}

QString TimelineView::watchedText() const {
    return watchedToS_ ? tr(", watched to %1").arg(clockText(*watchedToS_)) : QString();
}

QRectF TimelineView::track() const {
    return QRectF(kMargin, kTrackTop, std::max(1, width() - 2 * kMargin), kTrackHeight);
}

double TimelineView::xOf(double seconds) const {
    const QRectF area = track();
    return durationS_ > 0 ? area.left() + area.width() * std::clamp(seconds / durationS_, 0.0, 1.0)
                          : area.left();
}

double TimelineView::secondsAt(double x) const {
    const QRectF area = track();
    return std::clamp((x - area.left()) / area.width(), 0.0, 1.0) * durationS_;
}

void TimelineView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPalette& colours = palette();
    const QRectF area = track();
    const double radius = area.height() / 2;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.color(QPalette::Mid));
    painter.drawRoundedRect(area, radius, radius);
    if (durationS_ <= 0) return;

    if (rangeFromS_ || rangeToS_) {
        const double from = xOf(rangeFromS_.value_or(0)), to = xOf(rangeToS_.value_or(durationS_));
        const QColor accent = colours.color(QPalette::Highlight);
        painter.setBrush(blend(colours.color(QPalette::Window), accent, 0.25));
        painter.drawRect(QRectF(from, kTrackTop - 3, to - from, kTrackHeight + 6));
        painter.setBrush(accent);
        if (rangeFromS_) painter.drawRect(QRectF(from - 1, kTrackTop - 5, 2, kTrackHeight + 10));
        if (rangeToS_) painter.drawRect(QRectF(to - 1, kTrackTop - 5, 2, kTrackHeight + 10));
    }
    QPainterPath shape;
    shape.addRoundedRect(area, radius, radius);
    painter.save();
    painter.setClipPath(shape);
    painter.setBrush(blend(colours.color(QPalette::Mid), colours.color(QPalette::Highlight), 0.75));
    painter.drawRect(QRectF(area.left(), area.top(), xOf(positionS_) - area.left(), area.height()));
    painter.restore();

    paintWatched(painter);
    paintTicks(painter);
    paintLanes(painter);
    paintHits(painter);
    paintPins(painter);
    paintLoop(painter);

    painter.setPen(QPen(colours.color(QPalette::Base), 1.5));
    painter.setBrush(colours.color(hasFocus() ? QPalette::Highlight : QPalette::Text));
    painter.drawEllipse(QPointF(xOf(positionS_), area.center().y()), 6.5, 6.5);
    if (hoverS_) {
        QColor line = colours.color(QPalette::Text);
        line.setAlphaF(0.5f);
        painter.setPen(QPen(line, 1));
        painter.drawLine(QPointF(xOf(*hoverS_), 2), QPointF(xOf(*hoverS_), height() - 2));
    }
}

void TimelineView::paintWatched(QPainter& painter) const {
    if (!watchedToS_) return;
    const double from = xOf(rangeFromS_.value_or(0)), to = xOf(*watchedToS_);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mutedText(palette()));
    // Between the track and the ticks, which it never covers.
    painter.drawRect(QRectF(from, kTrackTop + kTrackHeight + 1, std::max(0.0, to - from), 1.5));
}

/// Brackets over the track.
void TimelineView::paintLoop(QPainter& painter) const {
    painter.setPen(QPen(palette().color(QPalette::Text), 1.5));
    painter.setBrush(Qt::NoBrush);
    const double top = kTrackTop - 4, foot = 5;
    for (const bool isStart : {true, false}) {
        const auto& at = isStart ? loopFromS_ : loopToS_;
        if (!at) continue;
        const double x = xOf(*at), inwards = isStart ? foot : -foot;
        painter.drawPolyline(QPolygonF({QPointF(x + inwards, top), QPointF(x, top),
                                        QPointF(x, top + kTrackHeight + 8),
                                        QPointF(x + inwards, top + kTrackHeight + 8)}));
    }
}

void TimelineView::paintTicks(QPainter& painter) const {
    painter.setPen(QPen(mutedText(palette()), 1));
    double lastX = -10;
    for (const double seconds : sampledS_) {
        const double x = xOf(seconds);
        if (x - lastX < 2) continue;  // closer ticks would melt into a bar
        painter.drawLine(QPointF(x, kTickTop), QPointF(x, kTickTop + kTickHeight));
        lastX = x;
    }
}

QRectF TimelineView::laneArea(std::size_t lane) const {
    const QRectF whole = track();
    return QRectF(whole.left(), kLaneTop + double(lane) * (kLaneHeight + kGap), whole.width(),
                  kLaneHeight);
}

void TimelineView::paintLanes(QPainter& painter) const {
    painter.setRenderHint(QPainter::Antialiasing, false);  // bars side by side, without seams
    for (std::size_t at = 0; at < lanes_.size(); ++at) {
        paintEvidenceLane(painter, palette(), laneArea(at), lanes_[at],
                          [this](double seconds) { return xOf(seconds); });
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.save();
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.8);
    painter.setFont(small);
    for (std::size_t at = 0; at < lanes_.size(); ++at) {
        if (lanes_[at].name.isEmpty()) continue;
        const QRectF area = laneArea(at);
        const double width = painter.fontMetrics().horizontalAdvance(lanes_[at].name) + 8.0;
        const QRectF label(area.left(), area.top(), width, area.height() - 1);
        QColor ground = palette().color(QPalette::Window);
        ground.setAlphaF(0.8f);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawRect(label);
        painter.setPen(mutedText(palette()));
        painter.drawText(label, Qt::AlignCenter, lanes_[at].name);
    }
    painter.restore();
}

/// Diamonds on the track, told from pins by their shape.
void TimelineView::paintHits(QPainter& painter) const {
    constexpr double kReach = 4.5;
    painter.setPen(QPen(palette().color(QPalette::Base), 1));
    painter.setBrush(palette().color(QPalette::Text));
    const double y = track().center().y();
    for (const double seconds : hitsS_) {
        const double x = xOf(seconds);
        painter.drawPolygon(QPolygonF({QPointF(x, y - kReach), QPointF(x + kReach, y),
                                       QPointF(x, y + kReach), QPointF(x - kReach, y)}));
    }
}

void TimelineView::paintPins(QPainter& painter) const {
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::Highlight));
    for (const CitedMoment& moment : cited_) {
        const double x = xOf(moment.timeS);
        QPainterPath pin;
        pin.moveTo(x, kTrackTop - 1);
        pin.lineTo(x - 4.5, 4);
        pin.arcTo(QRectF(x - 4.5, 0, 9, 8), 180, -180);
        pin.closeSubpath();
        painter.drawPath(pin);
    }
}

std::optional<double> TimelineView::pinAt(double x) const {
    std::optional<double> found;
    double reach = kPinReach;
    for (const CitedMoment& moment : cited_) {
        const double distance = std::abs(xOf(moment.timeS) - x);
        if (distance > reach) continue;
        reach = distance;
        found = moment.timeS;
    }
    return found;
}

TimelineView::Hold TimelineView::endAt(double x) const {
    const auto isNear = [&](const std::optional<double>& end) {
        return end && std::abs(xOf(*end) - x) <= kPinReach;
    };
    // Where both lie close together, the one whose side it is.
    if (isNear(rangeFromS_) && isNear(rangeToS_))
        return x < (xOf(*rangeFromS_) + xOf(*rangeToS_)) / 2 ? Hold::kFrom : Hold::kTo;
    if (isNear(rangeFromS_)) return Hold::kFrom;
    return isNear(rangeToS_) ? Hold::kTo : Hold::kNothing;
}

void TimelineView::dragRange(double seconds) {
    std::optional<double> from = rangeFromS_, to = rangeToS_;
    if (hold_ == Hold::kRange) {
        from = std::min(heldFromS_, seconds);
        to = std::max(heldFromS_, seconds);
    } else if (hold_ == Hold::kFrom) {
        from = std::min(seconds, to.value_or(durationS_));
    } else {
        to = std::max(seconds, from.value_or(0));
    }
    Q_EMIT rangeDragged(from, to);
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || durationS_ <= 0) return;
    const double x = event->position().x();
    heldFromS_ = secondsAt(x);
    const bool isOnPin = pinAt(x).has_value();
    hold_ = event->modifiers() & Qt::ShiftModifier ? Hold::kRange
            : isOnPin                              ? Hold::kNothing
                                                   : endAt(x);
    if (hold_ != Hold::kNothing) return;
    hold_ = Hold::kPosition;
    Q_EMIT seekRequested(pinAt(x).value_or(secondsAt(x)));
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
    const double x = event->position().x();
    if (durationS_ <= 0) return;
    hoverS_ = pinAt(x).value_or(secondsAt(x));
    const bool isOnEnd = hold_ == Hold::kNothing && !pinAt(x) && endAt(x) != Hold::kNothing;
    const bool isRange = hold_ != Hold::kNothing && hold_ != Hold::kPosition;
    setCursor(isOnEnd || isRange ? Qt::SizeHorCursor : Qt::ArrowCursor);
    if (hold_ == Hold::kPosition) Q_EMIT seekRequested(*hoverS_);
    if (isRange) dragRange(secondsAt(x));
    showPreview(x);
    update();
}

void TimelineView::mouseReleaseEvent(QMouseEvent*) {
    hold_ = Hold::kNothing;
}

void TimelineView::leaveEvent(QEvent*) {
    hoverS_.reset();
    if (popup_) popup_->hide();
    update();
}

bool TimelineView::event(QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
    return QWidget::event(event);
}

void TimelineView::showPreview(double x) {
    if (!popup_) {
        popup_ = make<QFrame>(this, Qt::ToolTip);
        popup_->setObjectName(QStringLiteral("timelinePreview"));
        auto* column = make<QVBoxLayout>(popup_);
        column->setContentsMargins(4, 4, 4, 4);
        popupPicture_ = make<QLabel>(popup_);
        popupText_ = make<QLabel>(popup_);
        popupPicture_->setAlignment(Qt::AlignCenter);
        popupText_->setAlignment(Qt::AlignCenter);
        column->addWidget(popupPicture_);
        column->addWidget(popupText_);
    }
    const QImage picture = preview_ ? preview_(*hoverS_) : QImage();
    popupPicture_->setVisible(!picture.isNull());
    if (!picture.isNull()) {
        const qreal ratio = devicePixelRatioF();
        QPixmap pixmap = QPixmap::fromImage(
            picture.scaled(kPopupPicture * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation));
        pixmap.setDevicePixelRatio(ratio);
        popupPicture_->setPixmap(pixmap);
    }
    QString text = clockText(*hoverS_);
    if (pinAt(x)) text = tr("%1 · named in the answer").arg(text);
    text += evidenceText(*hoverS_) + watchedText();
    popupText_->setText(text);
    popup_->adjustSize();
    const QPoint above = mapToGlobal(QPoint(int(x) - popup_->width() / 2, -popup_->height() - 6));
    popup_->move(above);
    popup_->show();
}

}  // namespace reelquery
