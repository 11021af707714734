#include "app/gui/window/playback_keys.h"

#include <QAction>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QShortcut>
#include <QStandardPaths>
#include <QWidget>

#include "app/gui/look/make.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

namespace {

constexpr double kSpeedStep = 1.25;

/// "holiday 0m12.400s.png" in the user's pictures.
QString stillPath(const VideoState& video, double seconds) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    QDir().mkpath(folder);
    const QString time = QStringLiteral("%1m%2s")
                             .arg(int(seconds) / 60)
                             .arg(seconds - 60 * (int(seconds) / 60), 6, 'f', 3, QLatin1Char('0'));
    return QStringLiteral("%1/%2 %3.png")
        .arg(folder, QFileInfo(video.path()).completeBaseName(), time);
}

}  // namespace

void connectPlayback(QObject* owner, const WindowActions& actions, MpvPlayer& player,
                     VideoState& video) {
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
    on(kSaveStill, [&player, &video] {
        if (player.isLoaded()) player.saveStill(stillPath(video, player.positionS()));
    });
    on(kRangeFrom, [&player, &video] {
        if (player.isLoaded()) video.setRangeFrom(player.positionS());
    });
    on(kRangeTo, [&player, &video] {
        if (player.isLoaded()) video.setRangeTo(player.positionS());
    });
    on(kRangeClear, [&video] {
        video.setRangeFrom({});
        video.setRangeTo({});
    });
    on(kPreviousMoment, [&player, &video] {
        if (const auto moment = video.momentBefore(player.positionS())) player.seek(*moment);
    });
    on(kNextMoment, [&player, &video] {
        if (const auto moment = video.momentAfter(player.positionS())) player.seek(*moment);
    });
    const auto enable = [&actions](bool hasVideo) {
        for (QAction* action : actions.all()) {
            const ActionGroup group = actions.group(*action);
            if (group == ActionGroup::kPlayback || group == ActionGroup::kRange)
                action->setEnabled(hasVideo || action == actions.at(kMute));
        }
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
