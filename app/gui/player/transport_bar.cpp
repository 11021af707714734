#include "app/gui/player/transport_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include "app/gui/look/format.h"
#include "app/gui/look/make.h"
#include "app/gui/look/palette_icon.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/volume_slider.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

TransportBar::TransportBar(MpvPlayer& player, const WindowActions& actions, QWidget* parent)
    : QWidget(parent), player_(player) {
    auto* row = rowLayout(this, 2);
    row->setContentsMargins(6, 0, 6, 6);
    const auto add = [&](ActionId id) {
        auto* button = make<QToolButton>(this);
        button->setDefaultAction(actions.at(id));
        button->setIconSize({20, 20});
        button->setToolButtonStyle(Qt::ToolButtonIconOnly);
        button->setFocusPolicy(Qt::TabFocus);
        row->addWidget(button);
        return button;
    };
    play_ = add(ActionId::kPlay);
    play_->setIconSize({24, 24});
    add(ActionId::kPreviousFrame);
    add(ActionId::kNextFrame);
    time_ = make<QLabel>(this);
    time_->setObjectName(QStringLiteral("playTime"));
    time_->setAccessibleDescription(tr("Playing time"));
    row->addSpacing(6);
    row->addWidget(time_);
    row->addStretch(1);
    comforts_ = {add(ActionId::kRangeFrom), add(ActionId::kRangeTo), add(ActionId::kPreviousMoment),
                 add(ActionId::kNextMoment)};
    row->addSpacing(6);
    speed_ = make<QToolButton>(this);
    speed_->setPopupMode(QToolButton::InstantPopup);
    speed_->setFocusPolicy(Qt::TabFocus);
    speed_->setAccessibleName(tr("Speed"));
    speed_->setToolTip(tr("Playing speed"));
    auto* speeds = make<QMenu>(speed_);
    for (const double speed : {0.25, 0.5, 1.0, 1.25, 1.5, 2.0, 4.0}) {
        speeds->addAction(QStringLiteral("%1×").arg(QLocale().toString(speed)), this,
                          [this, speed] { player_.setSpeed(speed); });
    }
    speed_->setMenu(speeds);
    row->addWidget(speed_);
    mute_ = add(ActionId::kMute);
    volume_ = make<VolumeSlider>(this);
    volume_->setAccessibleName(tr("Volume"));
    volume_->setToolTip(tr("Volume"));
    row->addWidget(volume_);
    add(ActionId::kModelView);
    add(ActionId::kFullScreen);

    secondary_ = {speed_, volume_};

    connect(volume_, &QSlider::valueChanged, &player,
            [&player](int value) { player.setVolume(value); });
    connect(&player, &MpvPlayer::positionChanged, this, &TransportBar::showTime);
    connect(&player, &MpvPlayer::durationChanged, this, &TransportBar::showTime);
    connect(&player, &MpvPlayer::unloaded, this, &TransportBar::showTime);
    connect(&player, &MpvPlayer::soundChanged, this, &TransportBar::showSound);
    const auto showPaused = [this, play = actions.at(ActionId::kPlay)] {
        play->setIcon(
            paletteIcon(player_.isPaused() ? QStringLiteral("play") : QStringLiteral("pause")));
    };
    connect(&player, &MpvPlayer::pausedChanged, this, showPaused);
    const auto showSpeed = [this] {
        speed_->setText(QStringLiteral("%1×").arg(QLocale().toString(player_.speed())));
    };
    connect(&player, &MpvPlayer::speedChanged, this, showSpeed);
    showPaused();
    showSpeed();
    showTime();
    showSound();
}

void TransportBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int kRoomForAll = 600, kRoomForComforts = 440;
    for (QWidget* widget : secondary_) widget->setVisible(width() >= kRoomForAll);
    for (QWidget* widget : comforts_) widget->setVisible(width() >= kRoomForComforts);
    showTime();
}

void TransportBar::showTime() {
    constexpr int kRoomForLength = 330;
    const QString position = clockText(player_.positionS());
    time_->setText(width() < kRoomForLength
                       ? position
                       : QStringLiteral("%1 / %2").arg(position, clockText(player_.durationS())));
}

void TransportBar::showSound() {
    const QSignalBlocker quiet(volume_);
    volume_->setValue(int(player_.volume()));
    mute_->defaultAction()->setIcon(
        paletteIcon(player_.isMuted() ? QStringLiteral("volume-off") : QStringLiteral("volume")));
}

}  // namespace reelquery
