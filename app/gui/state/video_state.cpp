#include "app/gui/state/video_state.h"

#include <algorithm>

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/look/format.h"

namespace reelquery {

namespace {

constexpr double kSameMomentS = 0.25;

}  // namespace

VideoState::VideoState(EngineBridge& bridge, QObject* parent) : QObject(parent), bridge_(bridge) {
    connect(&bridge, &EngineBridge::videoOpened, this, [this](const VideoOpened& event) {
        if (event.request != request_) return;
        request_ = 0;
        Q_EMIT probed(event.video);
    });
    connect(&bridge, &EngineBridge::scannedTo, this, [this](const ScannedTo& event) {
        if (event.request != request_ || event.totalBytes <= 0) return;
        Q_EMIT scanned(double(event.doneBytes) / double(event.totalBytes));
    });
    connect(&bridge, &EngineBridge::failed, this, [this](const Failed& event) {
        if (event.request != request_) return;
        callOff();
        Q_EMIT failed(toQString(event.message), toQString(event.hint));
    });
}

void VideoState::probe(const QString& path, int videoTrack) {
    callOff();
    wantedPath_ = path;
    request_ = bridge_.openVideo(path, videoTrack);
    Q_EMIT opening(path);
}

void VideoState::accept(const QString& path, const VideoSummary& summary) {
    callOff();
    reset();
    path_ = path;
    summary_ = summary;
    Q_EMIT opened(summary);
}

void VideoState::acceptTrack(const VideoSummary& summary) {
    const auto from = rangeFromS_, to = rangeToS_;
    accept(QString(path_), summary);
    setRangeFrom(from);
    setRangeTo(to);
}

void VideoState::callOff() {
    if (request_ != 0) bridge_.cancel(request_);
    request_ = 0;
    wantedPath_.clear();
}

void VideoState::setHeard(const SubtitleSource& heard) {
    if (!summary_) return;
    std::erase_if(summary_->subtitles,
                  [](const SubtitleSource& source) { return !source.heardBy.empty(); });
    summary_->subtitles.push_back(heard);
    Q_EMIT subtitlesChanged();
}

void VideoState::close() {
    callOff();
    reset();
    Q_EMIT closed();
}

void VideoState::reset() {
    path_.clear();
    summary_.reset();
    rangeFromS_.reset();
    rangeToS_.reset();
    frames_.clear();
    sampledTimesS_.clear();
    cited_.clear();
    evidence_.clear();
    Q_EMIT rangeChanged();
    Q_EMIT marksChanged();
}

void VideoState::setRangeFrom(std::optional<double> seconds) {
    rangeFromS_ = seconds;
    if (seconds && rangeToS_ && *rangeToS_ <= *seconds) rangeToS_.reset();
    Q_EMIT rangeChanged();
}

void VideoState::setRangeTo(std::optional<double> seconds) {
    rangeToS_ = seconds;
    if (seconds && rangeFromS_ && *rangeFromS_ >= *seconds) rangeFromS_.reset();
    Q_EMIT rangeChanged();
}

void VideoState::setSampledTimes(std::vector<double> timesS) {
    sampledTimesS_ = std::move(timesS);
    Q_EMIT marksChanged();
}

void VideoState::setCited(std::vector<CitedMoment> cited) {
    if (cited == cited_) return;
    cited_ = std::move(cited);
    Q_EMIT marksChanged();
}

void VideoState::setEvidence(std::vector<EvidenceTrack> tracks) {
    std::erase_if(tracks, [](const EvidenceTrack& track) { return track.evidence.isEmpty(); });
    evidence_ = std::move(tracks);
    Q_EMIT marksChanged();
}

void VideoState::setWatchedTo(std::optional<double> seconds) {
    if (seconds == watchedToS_) return;
    watchedToS_ = seconds;
    Q_EMIT watchedChanged();
}

std::vector<double> VideoState::moments() const {
    std::vector<double> times;
    for (const CitedMoment& moment : cited_) times.push_back(moment.timeS);
    for (const EvidenceTrack& track : evidence_) {
        for (const Moment& moment : track.evidence.moments) times.push_back(moment.peakS);
    }
    std::sort(times.begin(), times.end());
    return times;
}

std::optional<double> VideoState::momentBefore(double seconds) const {
    const auto times = moments();
    const auto at = std::lower_bound(times.begin(), times.end(), seconds - kSameMomentS);
    if (at == times.begin()) return {};
    return *(at - 1);
}

std::optional<double> VideoState::momentAfter(double seconds) const {
    const auto times = moments();
    const auto at = std::upper_bound(times.begin(), times.end(), seconds + kSameMomentS);
    if (at == times.end()) return {};
    return *at;
}

}  // namespace reelquery
