#include "app/gui/window/resume_playback.h"

#include <algorithm>

#include "app/gui/look/format.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/conversation_store.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/picture_echo.h"

namespace reelquery {

namespace {

constexpr double kShortestFilmS = 120, kFromStartS = 10, kBeforeEndS = 15;
constexpr int kKeepMs = 5000;
const auto kVolumeKey = QStringLiteral("playback/volume");
const auto kMutedKey = QStringLiteral("playback/muted");

}  // namespace

ResumePlayback::ResumePlayback(ResumeParts parts, QObject* parent)
    : QObject(parent), parts_(parts), memory_(parts.settings) {
    soon_.setSingleShot(true);
    soon_.setInterval(kKeepMs);
    connect(&soon_, &QTimer::timeout, this, &ResumePlayback::keep);
    connect(&parts_.player, &MpvPlayer::loaded, this, &ResumePlayback::takeUp);
    connect(&parts_.player, &MpvPlayer::aboutToUnload, this, [this] {
        keep();
        isKnown_ = false;
    });
    const auto later = [this] {
        if (isKnown_ && !soon_.isActive()) soon_.start();
    };
    connect(&parts_.player, &MpvPlayer::positionChanged, this, later);
    connect(&parts_.player, &MpvPlayer::speedChanged, this, later);
    connect(&parts_.player, &MpvPlayer::tracksChanged, this, later);
    followSound();
}

void ResumePlayback::followSound() {
    const double volume = parts_.settings.value(kVolumeKey, 100).toDouble();
    parts_.player.setVolume(volume);
    parts_.player.setMuted(parts_.settings.value(kMutedKey).toBool());
    connect(&parts_.player, &MpvPlayer::soundChanged, this, [this, volume] {
        // The player tells its own loudness first.
        isLoud_ = isLoud_ || parts_.player.volume() == volume;
        if (!isLoud_) return;
        parts_.settings.setValue(kVolumeKey, parts_.player.volume());
        parts_.settings.setValue(kMutedKey, parts_.player.isMuted());
    });
}

void ResumePlayback::takeUp() {
    isKnown_ = false;
    const auto& summary = parts_.video.summary();
    const QByteArray content = parts_.store.conversation().videoHash;
    if (!memory_.isOn() || content.isEmpty() || !summary || summary->isStillImage) return;
    now_ = memory_.of(content);
    now_.content = content;
    now_.path = parts_.video.path();
    isKnown_ = true;
    MpvPlayer& player = parts_.player;
    player.setSpeed(now_.speed);
    const auto has = [](const auto& tracks, std::int64_t id) {
        return std::any_of(tracks.begin(), tracks.end(),
                           [id](const auto& track) { return track.id == id; });
    };
    // A file that was added as subtitles then is not there now.
    if (has(player.soundTracks(), now_.sound)) player.playSound(now_.sound);
    if (now_.subtitles == 0 || has(player.subtitleTracks(), now_.subtitles))
        player.showSubtitles(now_.subtitles);
    const double at = now_.positionS, length = summary->durationS;
    if (length < kShortestFilmS || at < kFromStartS || at > length - kBeforeEndS) return;
    player.seek(at);
    parts_.echo.say(
        tr("Goes on at %1").arg(clockText(at)), [&player] { player.seek(0); },
        tr("From the start"));
}

void ResumePlayback::keep() {
    soon_.stop();
    const MpvPlayer& player = parts_.player;
    if (!isKnown_ || !player.isLoaded()) return;
    // What was asked for may not be on show yet.
    now_.positionS = player.headedToS();
    now_.speed = player.headedToSpeed();
    now_.sound = player.chosenSound();
    now_.subtitles = player.chosenSubtitles();
    memory_.keep(now_);
}

void ResumePlayback::forget(const QByteArray& content) {
    memory_.forget(content);
    if (now_.content == content) isKnown_ = false;
}

}  // namespace reelquery
