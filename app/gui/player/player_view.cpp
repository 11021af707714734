#include "app/gui/player/player_view.h"

#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/gui/look/make.h"
#include "app/gui/player/empty_player.h"
#include "app/gui/player/hiding_bars.h"
#include "app/gui/player/model_view.h"
#include "app/gui/player/mpv_player.h"
#include "app/gui/player/picture_mouse.h"
#include "app/gui/player/timeline_menu.h"
#include "app/gui/player/timeline_view.h"
#include "app/gui/player/transport_bar.h"
#include "app/gui/player/video_surface.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "app/gui/window/window_actions.h"

namespace reelquery {

PlayerView::PlayerView(MpvPlayer& player, VideoState& video, SettingsModel& settings,
                       const WindowActions& actions, bool hasSample, QWidget* parent)
    : QWidget(parent), player_(player), video_(video) {
    setMinimumWidth(260);
    column_ = columnLayout(this, 4);
    pages_ = make<QStackedWidget>(this);
    empty_ = make<EmptyPlayer>(settings, actions, hasSample, pages_);
    surface_ = makeVideoSurface(player).release();
    surface_->setObjectName(QStringLiteral("videoSurface"));
    surface_->setAccessibleName(tr("Video picture"));
    surface_->setMinimumHeight(120);
    make<PictureMouse>(*surface_, player, actions);
    modelView_ = make<ModelView>(video.frames(), pages_);
    pages_->addWidget(empty_);
    pages_->addWidget(surface_);
    pages_->addWidget(modelView_);
    column_->addWidget(pages_, 1);
    bars_ = make<HidingBars>(*surface_, this);
    auto* bars = columnLayout(bars_, 4);
    timeline_ = make<TimelineView>(bars_);
    bars->addWidget(timeline_);
    bars->addWidget(make<TransportBar>(player, actions, bars_));
    column_->addWidget(bars_);

    timeline_->setPreview([&video](double seconds) {
        const int row = video.frames().nearest(seconds);
        return row < 0 ? QImage() : video.frames().thumbnail(row);
    });
    make<TimelineMenu>(*timeline_, player, video, actions);
    connect(timeline_, &TimelineView::seekRequested, &player, &MpvPlayer::seek);
    connect(timeline_, &TimelineView::rangeDragged, &video,
            [&video](std::optional<double> from, std::optional<double> to) {
                if (from != video.rangeFromS()) video.setRangeFrom(from);
                if (to != video.rangeToS()) video.setRangeTo(to);
            });
    connect(&player, &MpvPlayer::loopChanged, timeline_,
            [this] { timeline_->setLoop(player_.loop().fromS, player_.loop().toS); });
    connect(modelView_, &ModelView::seekRequested, &player, &MpvPlayer::seek);
    connect(&player, &MpvPlayer::positionChanged, timeline_, &TimelineView::setPosition);
    connect(&player, &MpvPlayer::positionChanged, modelView_, &ModelView::setPosition);
    connect(&player, &MpvPlayer::durationChanged, timeline_, &TimelineView::setDuration);
    connect(&player, &MpvPlayer::unloaded, this, [this] { timeline_->setPosition(0); });
    connect(&video, &VideoState::opening, this, &PlayerView::updatePage);
    connect(&video, &VideoState::opened, this, [this](const VideoSummary& summary) {
        player_.follow(summary);
        // Until the player has read the file, the engine's figure serves.
        if (player_.durationS() <= 0) timeline_->setDuration(summary.durationS);
        updatePage();
    });
    connect(&video, &VideoState::failed, this, &PlayerView::updatePage);
    connect(&video, &VideoState::closed, this, [this] {
        timeline_->setDuration(0);
        updatePage();
    });
    connect(&video, &VideoState::marksChanged, this, &PlayerView::updateMarks);
    connect(&video, &VideoState::rangeChanged, this,
            [this] { timeline_->setRange(video_.rangeFromS(), video_.rangeToS()); });
    connect(&video, &VideoState::watchedChanged, this,
            [this] { timeline_->setWatched(video_.watchedToS()); });
    updatePage();
}

void PlayerView::addBar(QWidget& bar) {
    static_cast<QVBoxLayout*>(bars_->layout())->insertWidget(0, &bar);
}

void PlayerView::showModelView(bool isShown) {
    isModelView_ = isShown;
    updatePage();
}

void PlayerView::setFullScreen(bool isFull) {
    if (isFull) {
        column_->removeWidget(bars_);
    } else {
        column_->addWidget(bars_);
    }
    bars_->setOver(isFull);
}

void PlayerView::updatePage() {
    QWidget* page = video_.path().isEmpty() ? static_cast<QWidget*>(empty_)
                    : isModelView_          ? modelView_
                                            : surface_;
    pages_->setCurrentWidget(page);
    if (page == modelView_) modelView_->setPosition(player_.positionS());
}

void PlayerView::updateMarks() {
    timeline_->setMarks(video_.sampledTimesS(), video_.cited(), video_.evidence());
}

}  // namespace reelquery
