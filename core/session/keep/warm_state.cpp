#include "core/session/keep/warm_state.h"

#include <chrono>

#include "core/base/option_names.h"

namespace reelquery {

WarmState::WarmState(const SessionStorage& storage)
    : features(FeatureFiles(storage.featureFolder, storage.featureBytes)),
      measurements(storage.measurementsFile) {}

QuestionPlan WarmState::plan(const AskRequest& request, const CancelToken& cancel) const {
    QuestionPlan question = planQuestion(request, heldBytes(request.model.device), cancel);
    Plan& plan = question.plan;
    Workload work = workloadOf(question.config, plan.frames, plan.videoTokens, plan.promptTokens);
    work.sampling = nameOf(question.frames.modeUsed);
    work.attention = attentionKey(request.attention);
    plan.forecast = forecastOf(workLeft(work, keptOf(question, request), plan.promptTokens),
                               measurements.runs(question.device.name, question.device.dtype));
    return question;
}

KeptWork WarmState::keptOf(const QuestionPlan& question, const AskRequest& request) const {
    if (!request.mayReuse) return {};
    const bool isLoaded = model_ && model_->choice() == request.model;
    const std::string key =
        featureKey(question, isLoaded ? model_->filesId() : modelFilesId(request.model.folder));
    KeptWork kept = features.holds(key);
    if (!request.wantFrames) kept.frames = kept.features;
    if (isLoaded) kept.prefixTokens = prefix.keptTokens(key, request.attention);
    return kept;
}

double WarmState::useModel(const ModelChoice& choice, const ByteProgress& progress,
                           const CancelToken& cancel) {
    if (model_ && model_->choice() == choice) return 0;
    prefix.drop();
    features.drop();
    model_.reset();
    const auto start = std::chrono::steady_clock::now();
    model_ = std::make_unique<LoadedModel>(choice, progress, cancel);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void WarmState::makeRoomFor(const Plan& plan) {
    // heldBytes() is part of what the plan counts as available.
    if (plan.memoryBytes() + prefix.bytes() + features.bytes() <= plan.availableBytes) return;
    prefix.drop();
    if (plan.memoryBytes() + features.bytes() > plan.availableBytes) features.drop();
}

std::int64_t WarmState::heldBytes(DeviceKind asked) const {
    if (!model_ || !model_->isOn(asked)) return 0;
    return model_->anonymousBytes() + prefix.bytes() + features.bytes();
}

}  // namespace reelquery
