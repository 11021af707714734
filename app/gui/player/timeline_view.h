#pragma once
// The time line under the picture: where the model looked, what an answer cites, what is marked.

#include <QImage>
#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "app/gui/player/evidence_lane.h"
#include "app/gui/state/video_state.h"

class QFrame;
class QLabel;

namespace reelquery {

/// Draws sampled frames as ticks, the range as a band, cited moments as pins, evidence as a lane
/// for each answer. A click or a drag seeks; an end of the range is dragged by itself, and a drag
/// with Shift makes a range. Confined to the GUI thread.
class TimelineView : public QWidget {
    Q_OBJECT

  public:
    explicit TimelineView(QWidget* parent = nullptr);

    void setDuration(double seconds);
    void setPosition(double seconds);
    void setRange(std::optional<double> fromS, std::optional<double> toS);
    /// The stretch that is played again and again.
    void setLoop(std::optional<double> fromS, std::optional<double> toS);
    /// How far the model has looked ahead of a question, from the start of the range.
    void setWatched(std::optional<double> toS);
    void setMarks(std::vector<double> sampledS, std::vector<CitedMoment> cited,
                  const std::vector<EvidenceTrack>& evidence);

    /// Places that were searched for and found.
    void setHits(std::vector<double> timesS);

    /// Gives the picture for the hover preview of a time; may give a null image.
    void setPreview(std::function<QImage(double)> preview) { preview_ = std::move(preview); }

    double durationS() const { return durationS_; }

    double positionS() const { return positionS_; }

    /// The position in words, for screen readers: "0:12 of 1:30, attention 82 % of its peak".
    QString positionText() const;

    /// The time under a place of the view.
    double secondsAt(double x) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void seekRequested(double seconds);
    /// The range was dragged to this; an end stays open that was.
    void rangeDragged(std::optional<double> fromS, std::optional<double> toS);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    /// What the mouse holds.
    enum class Hold { kNothing, kPosition, kFrom, kTo, kRange };

    double xOf(double seconds) const;
    QRectF track() const;
    void paintLanes(QPainter& painter) const;
    QRectF laneArea(std::size_t lane) const;
    /// ", attention 82 % of its peak" for each lane; nothing without evidence.
    QString evidenceText(double seconds) const;
    /// ", watched to 12:30" where the model looked ahead.
    QString watchedText() const;
    void paintWatched(QPainter& painter) const;
    void paintTicks(QPainter& painter) const;
    void paintPins(QPainter& painter) const;
    void paintHits(QPainter& painter) const;
    void showPreview(double x);
    /// The cited moment under the pointer, so that a click lands on it exactly.
    std::optional<double> pinAt(double x) const;
    /// The end of the range under the pointer.
    Hold endAt(double x) const;
    void dragRange(double seconds);
    void paintLoop(QPainter& painter) const;

    double durationS_ = 0, positionS_ = 0;
    std::optional<double> rangeFromS_, rangeToS_, watchedToS_, hoverS_, loopFromS_, loopToS_;
    std::vector<double> sampledS_, hitsS_;
    std::vector<CitedMoment> cited_;
    std::vector<EvidenceLane> lanes_;
    std::function<QImage(double)> preview_;
    QFrame* popup_ = nullptr;
    QLabel* popupPicture_ = nullptr;
    QLabel* popupText_ = nullptr;
    Hold hold_ = Hold::kNothing;
    double heldFromS_ = 0;  ///< where a drag of a range began
};

/// Lets screen readers see time lines as sliders. Called once at start.
void installTimelineAccessibility();

}  // namespace reelquery
