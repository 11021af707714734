#include "core/session/ask/reading_along.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/session/ask/auto_attention.h"

namespace reelquery {

ReadingAlong::ReadingAlong(const AskContext& ask, WarmState& warm, ReadingScope scope)
    : ask_(ask), warm_(warm), scope_(scope) {}

void ReadingAlong::begin(PreparedQuestion planned, std::shared_ptr<const VideoFeatures> coming) {
    planned_ = std::move(planned);
    timesChecked_ = 0;
    open(*planned_, std::move(coming));
}

void ReadingAlong::readTo(std::int64_t rows) {
    if (!reading_) return;
    if (keepsItsWord()) {
        reading_->readTo(rows);
    } else {
        giveUp();
    }
}

void ReadingAlong::settle(const PreparedQuestion& prepared) {
    if (planned_) {
        const bool isAsPlanned = planned_->prompt.ids == prepared.prompt.ids &&
                                 planned_->positions == prepared.positions;
        if (isAsPlanned && reading_) return;
        giveUp();
    }
    open(prepared, prepared.video);
}

/// Whether the frames so far are those of the plan.
bool ReadingAlong::keepsItsWord() {
    const std::vector<double>& planned = planned_->video->frameTimesS;
    const std::vector<double>& real = video_->frameTimesS;
    for (; timesChecked_ < real.size(); ++timesChecked_) {
        if (timesChecked_ >= planned.size() || real[timesChecked_] != planned[timesChecked_])
            return false;
    }
    return true;
}

void ReadingAlong::giveUp() {
    reading_.reset();
    own_.reset();
    session_ = nullptr;
}

void ReadingAlong::open(const PreparedQuestion& prepared,
                        std::shared_ptr<const VideoFeatures> video) {
    const AskRequest& request = ask_.question.asked;
    const LanguageModel& model = warm_.model().languageModel();
    video_ = std::move(video);
    const auto start = std::chrono::steady_clock::now();
    backend_ =
        warmBackend(prepared.question.attention, prepared.questionTokens(), warm_, ask_.cancel);
    // What auto mode measures first counts as loading.
    loadS_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::int64_t capacity = prepared.cacheTokens(request) + scope_.spareTokens;
    if (request.mayReuse) {
        PrefixOrigin origin = prefixOrigin(prepared.prompt, prepared.positions, prepared.featureKey,
                                           request.attention, backend_->name());
        // Where rows of the video depend on the words, or nothing tells the video from another one.
        const bool isUsable = !origin.ids.empty() && !origin.features.empty();
        if (scope_.prefixOnly && !isUsable) return;
        warm_.makeRoomFor(prepared.question.plan, {prepared.featureKey, &origin});
        session_ = &warm_.prefix.open(std::move(origin), model, capacity, ask_.cancel);
    } else {
        warm_.makeRoomFor(prepared.question.plan, {prepared.featureKey, nullptr});
        session_ = &own_.emplace(model.makeSession(capacity));
    }
    // Own caches are no one's to find, but they are given back.
    warm_.announce(prepared.question.plan.workBytes + (own_ ? own_->cache().bytes() : 0));
    reading_.emplace(
        model,
        PrefillRequest{.ids = prepared.prompt.ids,
                       .positions = prepared.positions,
                       .visionFeatures = *video_,
                       .prefixTokens = prepared.prompt.reusablePrefix,
                       .prefixOnly = scope_.prefixOnly,
                       .keepsChunks = scope_.keepsChunks,
                       .progress =
                           [this](std::int64_t done, std::int64_t total) {
                               // What is read anew was told before.
                               if (done <= toldTokens_) return;
                               toldTokens_ = done;
                               ask_.sink(Progress{ask_.request, Phase::kPrefill, done, total});
                           },
                       .cancel = ask_.cancel},
        session_->cache(), *backend_);
}

}  // namespace reelquery
