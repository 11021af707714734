#include "app/gui/window/playback_keys.h"

#include <QAction>
#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QShortcut>
#include <QStandardPaths>
#include <QWidget>
#include <algorithm>
#include <iterator>

#include "app/gui/look/format.h"
#include "app/gui/look/in_pool.h"
#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/picture_echo.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

/// Gives the texts of this file their context.
struct PlaybackText {
    Q_DECLARE_TR_FUNCTIONS(Playback)
};

constexpr double kSpeedStep = 1.25, kVolumeStep = 5;

/// "holiday 0m12.400s" in the user's pictures, without its suffix.
QString stillPath(const VideoState& video, double seconds) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    const QString time = QStringLiteral("%1m%2s")
                             .arg(int(seconds) / 60)
                             .arg(seconds - 60 * (int(seconds) / 60), 6, 'f', 3, QLatin1Char('0'));
    return QStringLiteral("%1/%2 %3")
        .arg(folder, QFileInfo(pathText(video.path())).completeBaseName(), time);
}

/// Makes the folder; a name in it that nothing has yet. Thread: any; may wait for the disk.
QString freeStillPath(const QString& path) {
    QDir().mkpath(QFileInfo(path).path());
    QString free = path + QStringLiteral(".png");
    for (int number = 2; QFileInfo::exists(free); ++number)
        free = QStringLiteral("%1 (%2).png").arg(path).arg(number);
    return free;
}

QString rangeText(const VideoState& video) {
    const auto from = video.rangeFromS(), to = video.rangeToS();
    if (from && to)
        return PlaybackText::tr("Range from %1 to %2").arg(clockText(*from), clockText(*to));
    if (from) return PlaybackText::tr("Range from %1").arg(clockText(*from));
    if (to) return PlaybackText::tr("Range up to %1").arg(clockText(*to));
    return PlaybackText::tr("All of the video");
}

/// A loop's first end, then its second, then none; a range that is set is looped at once.
void changeLoop(MpvPlayer& player, const VideoState& video, PictureEcho& echo) {
    const PlayerLoop loop = player.loop();
    const double now = player.positionS();
    PlayerLoop next;
    if (!loop.fromS && video.rangeFromS() && video.rangeToS()) {
        next = {video.rangeFromS(), video.rangeToS()};
        if (now < *next.fromS || now > *next.toS) player.seek(*next.fromS);
    } else if (!loop.fromS) {
        next.fromS = now;
    } else if (!loop.toS && now != *loop.fromS) {
        next = {std::min(*loop.fromS, now), std::max(*loop.fromS, now)};
    }
    player.setLoop(next);
    const auto text = [&next] {
        if (next.toS)
            return PlaybackText::tr("Loop from %1 to %2")
                .arg(clockText(*next.fromS), clockText(*next.toS));
        if (next.fromS)
            return PlaybackText::tr("Loop from %1: once more sets its end")
                .arg(clockText(*next.fromS));
        return PlaybackText::tr("No loop");
    };
    echo.say(text());
}

/// The next shape of the picture: the file's own, then those that films have.
void changeAspect(MpvPlayer& player, PictureEcho& echo) {
    constexpr std::pair<double, const char*> kShapes[] = {
        {0, ""}, {16.0 / 9, "16:9"}, {4.0 / 3, "4:3"}, {2.35, "2.35:1"}, {1, "1:1"}};
    std::size_t at = 0;
    while (at + 1 < std::size(kShapes) && kShapes[at].first != player.aspect()) ++at;
    const auto& [ratio, name] = kShapes[(at + 1) % std::size(kShapes)];
    player.setAspect(ratio);
    echo.say(ratio > 0 ? PlaybackText::tr("Aspect ratio %1").arg(QLatin1String(name))
                       : PlaybackText::tr("The file's own aspect ratio"));
}

void changeDeinterlacing(MpvPlayer& player, PictureEcho& echo) {
    using enum Deinterlace;
    const Deinterlace now = player.deinterlace();
    player.setDeinterlace(now == kAuto ? kOn : now == kOn ? kOff : kAuto);
    echo.say(now == kAuto ? PlaybackText::tr("Deinterlacing on")
             : now == kOn ? PlaybackText::tr("Deinterlacing off")
                          : PlaybackText::tr("Deinterlacing as the file says"));
}

/// Changes the range and says so, with a way back to the one before.
template <class Change>
void changeRange(VideoState& video, PictureEcho& echo, Change change) {
    const auto from = video.rangeFromS(), to = video.rangeToS();
    change();
    if (video.rangeFromS() == from && video.rangeToS() == to) return;
    echo.say(rangeText(video), [&video, from, to] {
        video.setRangeFrom({});
        video.setRangeTo({});
        video.setRangeFrom(from);
        video.setRangeTo(to);
    });
}

}  // namespace

void connectPlayback(QObject* owner, const WindowActions& actions, MpvPlayer& player,
                     VideoState& video, PictureEcho& echo) {
    const auto on = [&](ActionId id, auto function) {
        QObject::connect(actions.at(id), &QAction::triggered, owner, function);
    };
    const auto by = [&](ActionId id, double seconds, bool isExact) {
        on(id, [&player, seconds, isExact] { player.seekBy(seconds, isExact); });
    };
    using enum ActionId;
    on(kPlay, [&player] { player.togglePaused(); });
    by(kBack10, -10, false);
    by(kForward10, 10, false);
    by(kBack5, -5, false);
    by(kForward5, 5, false);
    by(kBack1, -1, true);
    by(kForward1, 1, true);
    by(kBack60, -60, false);
    by(kForward60, 60, false);
    on(kPreviousFrame, [&player] { player.stepFrame(false); });
    on(kNextFrame, [&player] { player.stepFrame(true); });
    on(kStart, [&player] { player.seek(0); });
    on(kEnd, [&player] { player.seek(player.durationS()); });
    on(kSlower, [&player] { player.setSpeed(player.speed() / kSpeedStep); });
    on(kFaster, [&player] { player.setSpeed(player.speed() * kSpeedStep); });
    on(kNormalSpeed, [&player] { player.setSpeed(1); });
    on(kMute, [&player] { player.setMuted(!player.isMuted()); });
    const auto byVolume = [&player, &echo](double step) {
        const double volume = std::clamp(player.volume() + step, 0.0, 100.0);
        player.setVolume(volume);
        echo.say(PlaybackText::tr("Volume %1").arg(percentText(volume / 100)));
    };
    on(kLouder, [byVolume] { byVolume(kVolumeStep); });
    on(kQuieter, [byVolume] { byVolume(-kVolumeStep); });
    on(kLoop, [&player, &video, &echo] { changeLoop(player, video, echo); });
    on(kAspect, [&player, &echo] { changeAspect(player, echo); });
    on(kDeinterlace, [&player, &echo] { changeDeinterlacing(player, echo); });
    on(kSaveStill, [owner, &player, &video] {
        if (!player.isLoaded()) return;
        const QString path = stillPath(video, player.positionS());
        inPool(
            filePool(), owner, [path] { return freeStillPath(path); },
            [&player, &video, shown = video.path()](const QString& free) {
                // Another video's picture must not go under this one's name.
                if (video.path() == shown) player.saveStill(free);
            });
    });
    QObject::connect(&player, &MpvPlayer::stillSaved, owner, [owner, &echo](const QString& path) {
        echo.say(PlaybackText::tr("Saved as %1").arg(path), [owner, path] {
            inPool(
                filePool(), owner, [path] { return QFile::remove(path); }, [](bool) {});
        });
    });
    on(kRangeFrom, [&player, &video, &echo] {
        if (player.isLoaded())
            changeRange(video, echo, [&] { video.setRangeFrom(player.positionS()); });
    });
    on(kRangeTo, [&player, &video, &echo] {
        if (player.isLoaded())
            changeRange(video, echo, [&] { video.setRangeTo(player.positionS()); });
    });
    on(kRangeClear, [&video, &echo] {
        changeRange(video, echo, [&video] {
            video.setRangeFrom({});
            video.setRangeTo({});
        });
    });
    on(kPreviousMoment, [&player, &video] {
        if (const auto moment = video.momentBefore(player.positionS())) player.seek(*moment);
    });
    on(kNextMoment, [&player, &video] {
        if (const auto moment = video.momentAfter(player.positionS())) player.seek(*moment);
    });
    const auto enable = [&actions, &video](bool hasVideo) {
        // Of a picture there is nothing to play, and no part to ask about.
        const bool hasTime = hasVideo && !(video.summary() && video.summary()->isStillImage);
        for (QAction* action : actions.all()) {
            const ActionGroup group = actions.group(*action);
            const bool isOfSound = action == actions.at(kMute) || action == actions.at(kLouder) ||
                                   action == actions.at(kQuieter);
            if (group == ActionGroup::kPlayback || group == ActionGroup::kRange)
                action->setEnabled(hasTime || isOfSound);
        }
        actions.at(kVideoInfo)->setEnabled(hasVideo);
        actions.at(kSaveStill)->setEnabled(hasVideo);
    };
    QObject::connect(&player, &MpvPlayer::loaded, owner, [enable] { enable(true); });
    QObject::connect(&player, &MpvPlayer::unloaded, owner, [enable] { enable(false); });
    enable(player.isLoaded());
    auto* window = static_cast<QWidget*>(actions.parent());
    for (int digit = 0; digit <= 9; ++digit) {
        auto* jump = make<QShortcut>(QKeySequence(Qt::Key_0 + digit), window);
        QObject::connect(jump, &QShortcut::activated, owner,
                         [&player, digit] { player.seek(player.durationS() * digit / 10); });
    }
}

}  // namespace reelquery
