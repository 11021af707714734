#include "app/gui/engine/engine_bridge.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "app/gui/look/format.h"
#include "app/gui/look/post_to.h"

namespace reelquery {

namespace {

constexpr int kDeliveryMs = 33;  // 30 batches a second
constexpr int kSliceMs = 8;      // of one batch, half a frame at 60 Hz

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

EngineBridge::EngineBridge(const SessionFactory& makeSession, QObject* parent) : QObject(parent) {
    throttle_.setSingleShot(true);
    throttle_.setTimerType(Qt::PreciseTimer);
    connect(&throttle_, &QTimer::timeout, this, &EngineBridge::deliver);
    session_ = makeSession([this](const Event& event) { receive(event); });
}

EngineBridge::~EngineBridge() {
    session_.reset();
}

RequestId EngineBridge::openVideo(const QString& path, int videoTrack) {
    return session_->openVideo(toPath(path), videoTrack);
}

RequestId EngineBridge::plan(AskRequest request) {
    return session_->plan(std::move(request));
}

RequestId EngineBridge::loadModel(ModelChoice model) {
    return session_->loadModel(std::move(model));
}

RequestId EngineBridge::watch(AskRequest request) {
    return session_->watch(std::move(request));
}

RequestId EngineBridge::ask(AskRequest request) {
    return session_->ask(std::move(request));
}

RequestId EngineBridge::compare(CompareRequest request) {
    return session_->compare(std::move(request));
}

void EngineBridge::cancel(RequestId request) {
    session_->cancel(request);
}

void EngineBridge::receive(const Event& event) {
    {
        std::lock_guard lock(mutex_);
        if (!mergeIntoPending(event)) pending_.push_back(event);
        if (isScheduled_) return;
        isScheduled_ = true;
    }
    postTo(this, [this] { wake(); });
}

bool EngineBridge::mergeIntoPending(const Event& event) {
    // The latest waiting event of the same kind and request for which `merge` says that it took it.
    const auto into = [this](const auto& fresh, const auto& merge) {
        using Kind = std::decay_t<decltype(fresh)>;
        return std::any_of(pending_.rbegin(), pending_.rend(), [&](Event& waiting) {
            auto* older = std::get_if<Kind>(&waiting);
            return older && older->request == fresh.request && merge(*older);
        });
    };
    if (const auto* progress = std::get_if<Progress>(&event)) {
        return into(*progress, [&](Progress& older) {
            if (older.phase != progress->phase) return false;
            older = *progress;
            return true;
        });
    }
    if (const auto* watched = std::get_if<WatchedTo>(&event)) {
        return into(*watched, [&](WatchedTo& older) {
            older = *watched;
            return true;
        });
    }
    if (const auto* scanned = std::get_if<ScannedTo>(&event)) {
        return into(*scanned, [&](ScannedTo& older) {
            older = *scanned;
            return true;
        });
    }
    if (const auto* delta = std::get_if<AnswerDelta>(&event)) {
        return into(*delta, [&](AnswerDelta& older) {
            older.text += delta->text;
            return true;
        });
    }
    return false;
}

void EngineBridge::wake() {
    const qint64 since = sinceDelivery_.isValid() ? sinceDelivery_.elapsed() : kDeliveryMs;
    if (since >= kDeliveryMs) {
        deliver();
    } else {
        throttle_.start(int(kDeliveryMs - since));
    }
}

void EngineBridge::deliver() {
    QElapsedTimer slice;
    slice.start();
    while (slice.elapsed() < kSliceMs) {
        Event event;
        {
            std::lock_guard lock(mutex_);
            if (pending_.empty()) {
                isScheduled_ = false;
                sinceDelivery_.start();
                return;
            }
            event = std::move(pending_.front());
            pending_.pop_front();
        }
        send(event);
    }
    throttle_.start(1);
}

void EngineBridge::send(const Event& event) {
    std::visit(
        Overloaded{
            [this](const VideoOpened& e) { Q_EMIT videoOpened(e); },
            [this](const PlanReady& e) { Q_EMIT planReady(e); },
            [this](const ModelReady& e) { Q_EMIT modelReady(e); },
            [this](const Progress& e) { Q_EMIT progressed(e); },
            [this](const ScannedTo& e) { Q_EMIT scannedTo(e); },
            [this](const FrameSeen& e) { Q_EMIT frameSeen(e); },
            [this](const AnswerDelta& e) { Q_EMIT answerGrew(e.request, toQString(e.text)); },
            [this](const AnswerDone& e) { Q_EMIT answerDone(e); },
            [this](const ComparisonStep& e) { Q_EMIT comparisonStepped(e); },
            [this](const ComparisonDone& e) { Q_EMIT comparisonDone(e); },
            [](const HeardTo&) {},  // the window has speech heard by itself, before it asks
            [this](const WatchedTo& e) { Q_EMIT watchedTo(e); },
            [this](const Watched& e) { Q_EMIT watched(e); },
            [this](const Failed& e) { Q_EMIT failed(e); },
            [this](const Cancelled& e) { Q_EMIT cancelled(e); },
        },
        event);
}

}  // namespace reelquery
