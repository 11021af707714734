#pragma once
// The video the window is about: what the engine says of it, and what the user marked in it.

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "app/gui/state/seen_frames.h"
#include "core/session/events.h"

namespace reelquery {

class EngineBridge;

/// A moment an answer names, checked against the frames.
struct CitedMoment {
    double timeS = 0;
    bool operator==(const CitedMoment&) const = default;
};

/// Where the model looked for one answer.
struct EvidenceTrack {
    QString name;  ///< "Dense"; empty for an answer that stands alone
    Evidence evidence;
};

/// Confined to the GUI thread.
class VideoState : public QObject {
    Q_OBJECT

  public:
    explicit VideoState(EngineBridge& bridge, QObject* parent = nullptr);

    /// Asks the engine about a file; the video so far stays. Ends with probed or failed, unless
    /// another is asked about or the video is closed before.
    /// videoTrack: as in AskRequest.
    void probe(const QString& path, int videoTrack = 0);

    /// Makes this the video. Ends with opened.
    void accept(const QString& path, const VideoSummary& summary);

    /// The same video by another of its tracks: the range stays. Ends with opened.
    void acceptTrack(const VideoSummary& summary);

    /// What was made from the speech of this video, in place of what was made before.
    void setHeard(const SubtitleSource& heard);

    void close();

    /// Calls off what probe() asked.
    void callOff();

    /// What is being asked about; empty when nothing is.
    const QString& wantedPath() const { return wantedPath_; }

    const QString& path() const { return path_; }

    /// Empty until the engine has read the file.
    const std::optional<VideoSummary>& summary() const { return summary_; }

    double durationS() const { return summary_ ? summary_->durationS : 0; }

    /// The range a question is about; either end may be open. An end that would cross the other
    /// moves it away.
    std::optional<double> rangeFromS() const { return rangeFromS_; }

    std::optional<double> rangeToS() const { return rangeToS_; }

    void setRangeFrom(std::optional<double> seconds);
    void setRangeTo(std::optional<double> seconds);

    SeenFrames& frames() { return frames_; }

    const std::vector<double>& sampledTimesS() const { return sampledTimesS_; }

    void setSampledTimes(std::vector<double> timesS);

    const std::vector<CitedMoment>& cited() const { return cited_; }

    void setCited(std::vector<CitedMoment> cited);

    const std::vector<EvidenceTrack>& evidence() const { return evidence_; }

    /// A track for each answer shown; empty ones are left out.
    void setEvidence(std::vector<EvidenceTrack> tracks);

    /// How far the model has looked at the video ahead of a question.
    std::optional<double> watchedToS() const { return watchedToS_; }

    void setWatchedTo(std::optional<double> seconds);

    /// The cited or evidence moment before or after a time.
    std::optional<double> momentBefore(double seconds) const;
    std::optional<double> momentAfter(double seconds) const;

  Q_SIGNALS:
    void opening(const QString& path);
    /// So much of the file that is asked about was read through, of 1.
    void scanned(double share);
    void probed(const VideoSummary& video);
    void opened(const VideoSummary& video);
    void failed(const QString& message, const QString& hint);
    void closed();
    void rangeChanged();
    void marksChanged();
    void watchedChanged();
    void subtitlesChanged();

  private:
    void reset();
    std::vector<double> moments() const;

    EngineBridge& bridge_;
    RequestId request_ = 0;
    QString path_, wantedPath_;
    std::optional<VideoSummary> summary_;
    std::optional<double> rangeFromS_, rangeToS_;
    SeenFrames frames_;
    std::vector<double> sampledTimesS_;
    std::vector<CitedMoment> cited_;
    std::vector<EvidenceTrack> evidence_;
    std::optional<double> watchedToS_;
};

}  // namespace reelquery
