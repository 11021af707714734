#include "app/gui/state/watch_ahead.h"

#include <utility>

#include "app/gui/engine/engine_bridge.h"
#include "app/gui/state/plan_watcher.h"
#include "app/gui/state/question_runner.h"
#include "app/gui/state/settings_model.h"
#include "app/gui/state/video_state.h"
#include "core/session/ahead.h"

namespace reelquery {

WatchAhead::WatchAhead(AheadParts parts, QObject* parent)
    : QObject(parent), parts_(std::move(parts)) {
    connect(&parts_.plans, &PlanWatcher::planned, this, &WatchAhead::consider);
    connect(&parts_.plans, &PlanWatcher::cleared, this, &WatchAhead::stop);
    connect(&parts_.video, &VideoState::opened, this, &WatchAhead::stop);
    connect(&parts_.video, &VideoState::closed, this, &WatchAhead::stop);
    connect(&parts_.settings, &SettingsModel::askChanged, this, [this] {
        if (!parts_.settings.ask().watchAhead) stop();
    });
    // What was asked meanwhile may have taken the place of what was watched. Watching it again
    // costs next to nothing where it has not.
    connect(&parts_.runner, &QuestionRunner::busyChanged, this, [this] {
        if (!parts_.runner.isBusy() && request_ == 0) watched_.reset();
    });
    connect(&parts_.bridge, &EngineBridge::watchedTo, this, [this](const WatchedTo& event) {
        if (event.request == request_) parts_.video.setWatchedTo(event.timeS);
    });
    connect(&parts_.bridge, &EngineBridge::watched, this, [this](const Watched& event) {
        if (event.request != request_) return;
        request_ = 0;
        parts_.video.setWatchedTo(watched_->sampling.toS.value_or(parts_.video.durationS()));
    });
    const auto forget = [this](RequestId request) {
        if (request != request_) return;
        request_ = 0;
        stop();
    };
    connect(&parts_.bridge, &EngineBridge::failed, this,
            [forget](const Failed& event) { forget(event.request); });
    connect(&parts_.bridge, &EngineBridge::cancelled, this,
            [forget](const Cancelled& event) { forget(event.request); });
}

void WatchAhead::consider(const Plan& plan) {
    // Nothing goes to a server before it is asked.
    const bool isHere = plan.fits && plan.sentTo.empty();
    const auto request = isHere ? parts_.makeRequest() : std::nullopt;
    const bool isWanted = request && parts_.settings.ask().watchAhead && !parts_.runner.isBusy();
    if (!isWanted) return stop();
    if (watched_ && goesOnFrom(*watched_, *request)) return;
    stop();
    if (parts_.isOnBattery()) return;
    watched_ = request;
    request_ = parts_.bridge.watch(*request);
}

void WatchAhead::stop() {
    if (request_ != 0) parts_.bridge.cancel(request_);
    request_ = 0;
    watched_.reset();
    parts_.video.setWatchedTo({});
}

}  // namespace reelquery
