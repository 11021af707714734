#include "app/gui/player/mpv_player.h"

#include <mpv/client.h>

#include <QCoreApplication>
#include <QFileInfo>
#include <algorithm>
#include <clocale>
#include <string>
#include <vector>

namespace reelquery {

namespace {

constexpr quint64 kStillReply = 1;

std::shared_ptr<mpv_handle> makeHandle() {
    // libmpv refuses to start where numbers are read with a comma; Qt sets the user's locale.
    std::setlocale(LC_NUMERIC, "C");
    std::shared_ptr<mpv_handle> handle(mpv_create(), [](mpv_handle* made) {
        if (made) mpv_terminate_destroy(made);
    });
    if (!handle) return handle;
    const std::pair<const char*, const char*> options[] = {
        {"vo", "libmpv"},        {"config", "no"},       {"load-scripts", "no"},
        {"ytdl", "no"},          {"osc", "no"},          {"osd-level", "0"},
        {"keep-open", "yes"},    {"idle", "yes"},        {"input-default-bindings", "no"},
        {"terminal", "no"},      {"hwdec", "auto-safe"}, {"audio-client-name", "Reelquery"},
        {"pause", "yes"},        {"hr-seek", "yes"},     {"sub-auto", "no"},
        {"audio-display", "no"},
    };
    for (const auto& [name, value] : options) mpv_set_option_string(handle.get(), name, value);
    // Tests and machines without a sound server must not wait for one.
    if (qEnvironmentVariableIsSet("REELQUERY_NO_SOUND")) {
        mpv_set_option_string(handle.get(), "ao", "null");
    }
    if (mpv_initialize(handle.get()) < 0) return {};
    const std::pair<const char*, mpv_format> watched[] = {
        {"time-pos", MPV_FORMAT_DOUBLE}, {"duration", MPV_FORMAT_DOUBLE},
        {"pause", MPV_FORMAT_FLAG},      {"mute", MPV_FORMAT_FLAG},
        {"volume", MPV_FORMAT_DOUBLE},   {"speed", MPV_FORMAT_DOUBLE},
    };
    for (const auto& [name, format] : watched) mpv_observe_property(handle.get(), 0, name, format);
    return handle;
}

}  // namespace

MpvPlayer::MpvPlayer(QObject* parent) : QObject(parent), handle_(makeHandle()) {
    if (!handle_) return;
    mpv_set_wakeup_callback(
        handle_.get(),
        [](void* self) {
            QMetaObject::invokeMethod(
                static_cast<MpvPlayer*>(self),
                [self] { static_cast<MpvPlayer*>(self)->readEvents(); }, Qt::QueuedConnection);
        },
        this);
}

MpvPlayer::~MpvPlayer() {
    // A surface may keep the handle alive a little longer than this object.
    if (handle_) mpv_set_wakeup_callback(handle_.get(), nullptr, nullptr);
}

void MpvPlayer::open(const QString& path) {
    path_ = path;
    setPaused(true);
    // "file://" keeps a file called "https:..." from being taken for an address.
    command({"loadfile", "file://" + QFileInfo(path).absoluteFilePath().toStdString()});
}

void MpvPlayer::close() {
    path_.clear();
    command({"stop"});
}

void MpvPlayer::addSubtitles(const QString& path) {
    command({"sub-add", path.toStdString()});
}

void MpvPlayer::setPaused(bool isPaused) {
    const bool isAtEnd = durationS_ > 0 && positionS_ >= durationS_ - 0.05;
    if (!isPaused && isAtEnd) seek(0);
    setFlag("pause", isPaused);
}

void MpvPlayer::seek(double seconds) {
    if (!isLoaded_) return;
    command({"seek", std::to_string(std::clamp(seconds, 0.0, std::max(durationS_, 0.0))),
             "absolute+exact"});
}

void MpvPlayer::seekBy(double seconds, bool isExact) {
    if (!isLoaded_) return;
    command({"seek", std::to_string(seconds), isExact ? "relative+exact" : "relative"});
}

void MpvPlayer::stepFrame(bool forward) {
    if (isLoaded_) command({forward ? "frame-step" : "frame-back-step"});
}

void MpvPlayer::setVolume(double volume) {
    setNumber("volume", std::clamp(volume, 0.0, 100.0));
}

void MpvPlayer::setMuted(bool isMuted) {
    setFlag("mute", isMuted);
}

void MpvPlayer::setSpeed(double speed) {
    setNumber("speed", std::clamp(speed, 0.25, 4.0));
}

void MpvPlayer::saveStill(const QString& path) {
    if (!isLoaded_) return;
    stillPath_ = path;
    command({"screenshot-to-file", path.toStdString(), "video"}, kStillReply);
}

void MpvPlayer::command(const std::vector<std::string>& words, quint64 reply) {
    if (!handle_) {
        Q_EMIT failed(tr("Playback is not available: libmpv did not start."));
        return;
    }
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
    mpv_command_async(handle_.get(), reply, pointers.data());
}

void MpvPlayer::setFlag(const char* name, bool value) {
    int flag = value ? 1 : 0;
    if (handle_) mpv_set_property_async(handle_.get(), 0, name, MPV_FORMAT_FLAG, &flag);
}

void MpvPlayer::setNumber(const char* name, double value) {
    if (handle_) mpv_set_property_async(handle_.get(), 0, name, MPV_FORMAT_DOUBLE, &value);
}

void MpvPlayer::readEvents() {
    for (;;) {
        const mpv_event* event = mpv_wait_event(handle_.get(), 0);
        switch (event->event_id) {
            case MPV_EVENT_NONE:
                return;
            case MPV_EVENT_PROPERTY_CHANGE:
                readProperty(*static_cast<mpv_event_property*>(event->data));
                break;
            case MPV_EVENT_FILE_LOADED:
                isLoaded_ = true;
                Q_EMIT loaded();
                break;
            case MPV_EVENT_END_FILE: {
                const auto& end = *static_cast<mpv_event_end_file*>(event->data);
                if (end.reason == MPV_END_FILE_REASON_REDIRECT) break;
                isLoaded_ = false;
                positionS_ = durationS_ = 0;
                if (end.reason == MPV_END_FILE_REASON_ERROR) {
                    Q_EMIT failed(tr("“%1” cannot be played: %2.")
                                      .arg(QFileInfo(path_).fileName(),
                                           QString::fromUtf8(mpv_error_string(end.error))));
                }
                Q_EMIT unloaded();
                break;
            }
            case MPV_EVENT_COMMAND_REPLY:
                if (event->reply_userdata != kStillReply) break;
                if (event->error >= 0) {
                    Q_EMIT stillSaved(stillPath_);
                } else {
                    Q_EMIT failed(tr("The picture could not be saved to “%1”.").arg(stillPath_));
                }
                break;
            default:
                break;
        }
    }
}

void MpvPlayer::readProperty(const mpv_event_property& property) {
    const std::string name = property.name;
    if (property.format == MPV_FORMAT_DOUBLE) {
        const double value = *static_cast<double*>(property.data);
        if (name == "time-pos") {
            positionS_ = value;
            Q_EMIT positionChanged(value);
        } else if (name == "duration") {
            durationS_ = value;
            Q_EMIT durationChanged(value);
        } else if (name == "volume") {
            volume_ = value;
            Q_EMIT soundChanged();
        } else {
            speed_ = value;
            Q_EMIT speedChanged(value);
        }
    } else if (property.format == MPV_FORMAT_FLAG) {
        const bool value = *static_cast<int*>(property.data) != 0;
        if (name == "pause") {
            isPaused_ = value;
            Q_EMIT pausedChanged(value);
        } else {
            isMuted_ = value;
            Q_EMIT soundChanged();
        }
    }
}

}  // namespace reelquery
