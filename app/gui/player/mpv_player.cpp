#include "app/gui/player/mpv_player.h"

#include <mpv/client.h>

#include <QCoreApplication>
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"
#include "app/gui/player/mpv_handle.h"
#include "app/gui/player/played_parts.h"

namespace reelquery {

namespace {

constexpr quint64 kLandedReply = 1;
constexpr quint64 kStillReplies = 2;                // and those above it
constexpr quint64 kLoadReplies = quint64{1} << 32;  // and those above it
constexpr quint64 kSeekReplies = quint64{1} << 48;  // and all above it

/// mpv takes a frame for the one at a time when it begins this much before or after.
constexpr double kSameFrameS = 0.005;

/// What the model's frames are made whole with, too.
constexpr const char* kDeinterlace = "lavfi=[bwdif=mode=send_frame:parity=auto:deint=interlaced]";
/// The same where a file does not say that its pictures are interlaced.
constexpr const char* kDeinterlaceAll = "lavfi=[bwdif=mode=send_frame:parity=auto:deint=all]";

std::string propertyText(mpv_handle* handle, const std::string& name) {
    char* text = mpv_get_property_string(handle, name.c_str());
    const std::string value = text ? text : "";
    mpv_free(text);
    return value;
}

std::int64_t propertyNumber(mpv_handle* handle, const std::string& name) {
    std::int64_t number = -1;
    mpv_get_property(handle, name.c_str(), MPV_FORMAT_INT64, &number);
    return number;
}

/// The properties of the file's tracks of this type, "track-list/1" and so on.
std::vector<std::string> tracksOf(mpv_handle* handle, const char* type) {
    std::vector<std::string> tracks;
    const std::int64_t count = propertyNumber(handle, "track-list/count");
    for (std::int64_t i = 0; i < count; ++i) {
        std::string track = "track-list/" + std::to_string(i);
        if (propertyText(handle, track + "/type") == type) tracks.push_back(std::move(track));
    }
    return tracks;
}

/// What mpv calls the file it was asked to load; 0 where it does not say.
std::int64_t entryIn(const mpv_node& result) {
    if (result.format != MPV_FORMAT_NODE_MAP) return 0;
    for (int at = 0; at < result.u.list->num; ++at) {
        const mpv_node& value = result.u.list->values[at];
        const std::string key = result.u.list->keys[at];
        if (key == "playlist_entry_id" && value.format == MPV_FORMAT_INT64) return value.u.int64;
    }
    return 0;
}

const char* turnFilter(int clockwiseDegrees) {
    switch (clockwiseDegrees) {
        case 90:
            return "lavfi=[transpose=clock]";
        case 180:
            return "lavfi=[hflip,vflip]";
        case 270:
            return "lavfi=[transpose=cclock]";
        default:
            return "";
    }
}

/// What makes the file's pictures whole and, where the surface cannot (see SoftwareSurface),
/// upright.
std::string filtersFor(const VideoSummary& video, Deinterlace how, bool surfaceTurns) {
    std::string filters = how == Deinterlace::kOn                           ? kDeinterlaceAll
                          : video.isInterlaced && how == Deinterlace::kAuto ? kDeinterlace
                                                                            : "";
    const std::string turn = surfaceTurns ? "" : turnFilter(video.rotationDegrees);
    if (!filters.empty() && !turn.empty()) filters.append(",");
    return filters.append(turn);
}

/// Whether the player is to show a list of parts in place of the file itself.
bool isInParts(const std::optional<VideoSummary>& video) {
    return video && (!video->stretches.empty() || !video->pictures.empty());
}

/// The parts one after the other.
std::string playlistOf(const VideoSummary& video) {
    std::string list = "edl://";
    for (const PlayedPart& part : playedParts(video)) {
        list.append(countedText(part.place));
        list.append(",").append(std::to_string(part.ownStartS));
        list.append(",").append(std::to_string(part.lengthS)).append(";");
    }
    return list;
}

}  // namespace

MpvPlayer::MpvPlayer(QObject* parent) : QObject(parent), handle_(makeMpvHandle()) {
    if (!handle_) return;
    mpv_set_wakeup_callback(
        handle_.get(),
        [](void* self) {
            postTo(static_cast<MpvPlayer*>(self),
                   [self] { static_cast<MpvPlayer*>(self)->readEvents(); });
        },
        this);
}

MpvPlayer::~MpvPlayer() {
    // A surface may keep the handle alive a little longer than this object.
    if (handle_) mpv_set_wakeup_callback(handle_.get(), nullptr, nullptr);
}

void MpvPlayer::open(const QString& path) {
    path_ = path;
    firstSeekS_.reset();
    if (facts_ && toQString(facts_->path) != path) facts_.reset();
    setPaused(true);
    load();
}

void MpvPlayer::follow(const VideoSummary& video) {
    const auto before = std::exchange(facts_, video);
    if (toQString(video.path) != path_) return;  // it will be opened next
    const bool isOtherTrack = isLoaded_ && before && before->streamIndex != video.streamIndex;
    if (isInParts(facts_) != isLoadedInParts_) {
        load();
    } else if (isLoaded_) {
        applyFacts();
        if (isOtherTrack && isPaused_) seek(target_.value_or(heldAtS_.value_or(positionS_)));
    }
}

void MpvPlayer::load() {
    if (isLoaded_) unload();
    // What mpv still tells of the file before is not taken for this one's.
    wanted_ = 0;
    if (handle_ && !hasSurface_) return;
    loadReply_ = std::max(loadReply_, kLoadReplies) + 1;
    isLoadedInParts_ = isInParts(facts_);
    // An absolute path is never taken for an address, and nothing in it is unescaped.
    const std::string name = toPath(absolutePath(path_)).string();
    setNumber("hr-seek-demuxer-offset", facts_ ? facts_->searchMarginS : 0);
    // What the file names beside itself is not opened; a list of its own stretches is ours.
    setFlag("access-references", isLoadedInParts_);
    command({"loadfile", isLoadedInParts_ ? playlistOf(*facts_) : name}, loadReply_);
}

void MpvPlayer::surfaceIsReady() {
    if (std::exchange(hasSurface_, true) || path_.isEmpty()) return;
    load();
}

void MpvPlayer::unload() {
    if (isLoaded_) Q_EMIT aboutToUnload();
    setLoop({});
    setAspect(0);
    deinterlace_ = Deinterlace::kAuto;
    chosenSound_ = 0;
    chosenSubtitles_ = -1;
    isLoaded_ = isSteppingBack_ = false;
    positionS_ = durationS_ = 0;
    target_.reset();
    heldAtS_.reset();
    wantedSpeed_.reset();
    Q_EMIT unloaded();
}

void MpvPlayer::endFile(const mpv_event_end_file& end) {
    if (end.playlist_entry_id != wanted_) {
        // A file before, whose place was told meanwhile.
        if (!isLoaded_) positionS_ = durationS_ = 0;
        return;
    }
    if (end.reason == MPV_END_FILE_REASON_REDIRECT) {
        wanted_ = end.playlist_insert_id;
        return;
    }
    if (end.reason == MPV_END_FILE_REASON_ERROR) {
        Q_EMIT failed(tr("“%1” cannot be played: %2.")
                          .arg(nameText(path_), QString::fromUtf8(mpv_error_string(end.error))));
    }
    unload();
}

/// To the file that is loaded.
void MpvPlayer::applyFacts() {
    setNumber("hr-seek-demuxer-offset", facts_->searchMarginS);
    applyFilters();
    pickTrack();
    if (facts_->durationS > 0) {
        durationS_ = facts_->durationS;
        Q_EMIT durationChanged(durationS_);
    }
    // What was shown on loading may be a later key frame.
    if (facts_->searchMarginS > 0 && isPaused_ && !target_ && !heldAtS_) seek(0);
}

void MpvPlayer::applyFilters() {
    const bool surfaceTurns = propertyText(handle_.get(), "video-rotate") != "no";
    command({"vf", "set", filtersFor(*facts_, deinterlace_, surfaceTurns)});
}

void MpvPlayer::setDeinterlace(Deinterlace how) {
    deinterlace_ = how;
    if (isLoaded_ && facts_) applyFilters();
}

void MpvPlayer::setAspect(double ratio) {
    aspect_ = ratio;
    setText("video-aspect-override", ratio > 0 ? std::to_string(ratio) : "-1");
}

void MpvPlayer::setLoop(const PlayerLoop& loop) {
    if (loop == loop_) return;
    loop_ = loop;
    setText("ab-loop-a", loop.fromS && loop.toS ? std::to_string(*loop.fromS) : "no");
    setText("ab-loop-b", loop.fromS && loop.toS ? std::to_string(*loop.toS) : "no");
    Q_EMIT loopChanged();
}

/// The pictures that the model sees, where a file has several.
void MpvPlayer::pickTrack() {
    for (const std::string& track : tracksOf(handle_.get(), "video")) {
        if (propertyNumber(handle_.get(), track + "/ff-index") != facts_->streamIndex) continue;
        setTrack("vid", propertyNumber(handle_.get(), track + "/id"));
        return;
    }
}

std::vector<PlayableSound> MpvPlayer::soundTracks() const {
    std::vector<PlayableSound> tracks;
    if (!isLoaded_) return tracks;
    for (const std::string& track : tracksOf(handle_.get(), "audio")) {
        tracks.push_back({propertyNumber(handle_.get(), track + "/id"),
                          propertyText(handle_.get(), track + "/lang"),
                          propertyText(handle_.get(), track + "/title"),
                          propertyText(handle_.get(), track + "/selected") == "yes"});
    }
    return tracks;
}

void MpvPlayer::playSound(std::int64_t id) {
    chosenSound_ = id;
    setTrack("aid", id);
}

std::vector<PlayableSubtitles> MpvPlayer::subtitleTracks() const {
    std::vector<PlayableSubtitles> tracks;
    if (!isLoaded_) return tracks;
    for (const std::string& track : tracksOf(handle_.get(), "sub")) {
        tracks.push_back({propertyNumber(handle_.get(), track + "/id"),
                          propertyText(handle_.get(), track + "/lang"),
                          propertyText(handle_.get(), track + "/title"),
                          propertyText(handle_.get(), track + "/selected") == "yes"});
    }
    return tracks;
}

void MpvPlayer::showSubtitles(std::int64_t id) {
    chosenSubtitles_ = id;
    setText("sid", id > 0 ? std::to_string(id) : "no");
}

void MpvPlayer::setText(const char* name, const std::string& value) {
    const char* text = value.c_str();
    if (handle_) {
        mpv_set_property_async(handle_.get(), 0, name, MPV_FORMAT_STRING,
                               static_cast<void*>(&text));
    }
}

void MpvPlayer::setTrack(const char* kind, std::int64_t id) {
    if (handle_) mpv_set_property_async(handle_.get(), 0, kind, MPV_FORMAT_INT64, &id);
}

void MpvPlayer::close() {
    path_.clear();
    command({"stop"});
}

void MpvPlayer::addSubtitles(const QString& path) {
    command({"sub-add", toPath(path).string()});
}

void MpvPlayer::setPaused(bool isPaused) {
    const bool isAtEnd = durationS_ > 0 && positionS_ >= durationS_ - 0.05;
    if (!isPaused && isAtEnd) {
        seek(0);
    } else if (!isPaused) {
        releaseHeld();
    }
    setFlag("pause", isPaused);
}

void MpvPlayer::seek(double seconds) {
    if (!isLoaded_) {
        if (!path_.isEmpty()) firstSeekS_ = seconds;
        return;
    }
    heldAtS_.reset();
    isSeekTaken_ = hasBegun_ = false;
    seekReply_ = std::max(seekReply_, kSeekReplies) + 1;
    target_ = std::clamp(seconds, 0.0, std::max(durationS_, 0.0));
    command({"seek", std::to_string(*target_), "absolute+exact"}, seekReply_);
}

void MpvPlayer::seekBy(double seconds, bool isExact) {
    if (!isLoaded_) return;
    if (isExact || heldAtS_) {
        seek(target_.value_or(positionS_) + seconds);
        return;
    }
    target_.reset();
    command({"seek", std::to_string(seconds), "relative"});
}

void MpvPlayer::stepFrame(bool forward) {
    if (!isLoaded_) return;
    target_.reset();
    heldAtS_.reset();
    command({forward ? "frame-step" : "frame-back-step"});
}

/// mpv stops at the first frame that begins at or after a time. Where that is later, the one before
/// it is on show.
void MpvPlayer::landed(double seconds) {
    if (!target_) return;
    const double target = *std::exchange(target_, std::nullopt);
    const double firstS = facts_ ? facts_->firstFrameS : 0;
    if (!isPaused_ || seconds <= target + kSameFrameS || target < firstS) return;
    if (seconds <= firstS + kSameFrameS) return;  // nothing is shown before it
    heldAtS_ = target;
    isSteppingBack_ = true;
    command({"frame-back-step"});
    setPosition(target);
}

/// Playback goes on from the time that was asked for.
void MpvPlayer::releaseHeld() {
    if (!heldAtS_) return;
    command({"seek", std::to_string(*heldAtS_), "absolute+exact"});
    heldAtS_.reset();
}

void MpvPlayer::setPosition(double seconds) {
    positionS_ = seconds;
    Q_EMIT positionChanged(seconds);
}

void MpvPlayer::setVolume(double volume) {
    setNumber("volume", std::clamp(volume, 0.0, 100.0));
}

void MpvPlayer::setMuted(bool isMuted) {
    setFlag("mute", isMuted);
}

void MpvPlayer::setSpeed(double speed) {
    wantedSpeed_ = std::clamp(speed, 0.25, 4.0);
    setNumber("speed", *wantedSpeed_);
}

void MpvPlayer::saveStill(const QString& path) {
    if (!isLoaded_) return;
    const quint64 reply = kStillReplies + lastStill_++;
    stills_[reply] = path;
    command({"screenshot-to-file", path.toStdString(), "video"}, reply);
}

void MpvPlayer::endStill(quint64 reply, bool isWritten) {
    const auto still = stills_.extract(reply);
    if (still.empty()) return;
    if (isWritten) {
        Q_EMIT stillSaved(still.mapped());
    } else {
        Q_EMIT failed(tr("The picture could not be saved to “%1”.").arg(still.mapped()));
    }
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
            case MPV_EVENT_START_FILE:
                started_ = static_cast<mpv_event_start_file*>(event->data)->playlist_entry_id;
                break;
            case MPV_EVENT_FILE_LOADED:
                if (wanted_ == 0 || started_ != wanted_) break;
                isLoaded_ = true;
                if (facts_) applyFacts();
                Q_EMIT loaded();
                if (firstSeekS_) seek(*std::exchange(firstSeekS_, std::nullopt));
                break;
            case MPV_EVENT_SEEK:
                // mpv seeks by itself, too, where a filter is set; and there may be one before.
                hasBegun_ = isSeekTaken_;
                break;
            case MPV_EVENT_PLAYBACK_RESTART:
                isSteppingBack_ = false;
                if (target_ && hasBegun_) {
                    mpv_get_property_async(handle_.get(), kLandedReply, "time-pos",
                                           MPV_FORMAT_DOUBLE);
                }
                break;
            case MPV_EVENT_GET_PROPERTY_REPLY: {
                const auto& property = *static_cast<mpv_event_property*>(event->data);
                if (event->error >= 0 && property.format == MPV_FORMAT_DOUBLE) {
                    landed(*static_cast<double*>(property.data));
                }
                break;
            }
            case MPV_EVENT_END_FILE:
                endFile(*static_cast<mpv_event_end_file*>(event->data));
                break;
            case MPV_EVENT_COMMAND_REPLY:
                if (event->reply_userdata == loadReply_) {
                    wanted_ = entryIn(static_cast<mpv_event_command*>(event->data)->result);
                } else if (event->reply_userdata >= kSeekReplies) {
                    if (event->reply_userdata == seekReply_) isSeekTaken_ = true;
                } else {
                    endStill(event->reply_userdata, event->error >= 0);
                }
                break;
            default:
                break;
        }
    }
}

void MpvPlayer::readProperty(const mpv_event_property& property) {
    const std::string name = property.name;
    if (name == "aid" || name == "sid") return Q_EMIT tracksChanged();  // also where there is none
    if (property.format == MPV_FORMAT_DOUBLE) {
        const double value = *static_cast<double*>(property.data);
        if (name == "time-pos") {
            // The file before may still be told of.
            if (isLoaded_ && !heldAtS_) setPosition(value);
        } else if (name == "duration") {
            if (facts_ && facts_->durationS > 0) return;  // its own word is the header's
            durationS_ = value;
            Q_EMIT durationChanged(value);
        } else if (name == "volume") {
            volume_ = value;
            Q_EMIT soundChanged();
        } else {
            speed_ = value;
            if (wantedSpeed_ == value) wantedSpeed_.reset();
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
