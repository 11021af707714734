#include "core/session/keep/warm_state.h"

#include <chrono>

namespace reelquery {

WarmState::WarmState(const SessionStorage& storage)
    : features(FeatureFiles(storage.featureFolder, storage.featureBytes, storage.afterPiece)),
      measurements(storage.measurementsFile) {}

QuestionPlan WarmState::plan(const AskRequest& request, const CancelToken& cancel) const {
    QuestionPlan question = planQuestion(request, heldMemory(request.model.device), cancel);
    Plan& plan = question.plan;
    Workload work = workloadOf(question.config, plan.frames, plan.videoTokens, plan.promptTokens);
    work.sampling = samplingName(question.frames.modeUsed);
    work.attention = attentionKey(request.attention.kind);
    plan.forecast = forecastOf(workLeft(work, keptOf(question, request, cancel), plan.promptTokens),
                               measurements.runs(question.device.name, question.device.dtype));
    return question;
}

KeptWork WarmState::keptOf(const QuestionPlan& question, const AskRequest& request,
                           const CancelToken& cancel) const {
    if (!request.mayReuse) return {};
    const bool isWarm = isLoaded(request.model);
    const std::string key = featureKey(
        question, isWarm ? model_->filesId() : modelFilesId(request.model.folder, cancel));
    KeptWork kept = features.holds(key);
    if (!request.wantFrames) kept.frames = kept.features;
    if (isWarm) kept.prefixTokens = prefix.keptTokens(key, request.attention);
    return kept;
}

double WarmState::useModel(const ModelChoice& choice, const ByteProgress& progress,
                           const CancelToken& cancel) {
    if (isLoaded(choice)) return 0;
    prefix.drop();
    features.drop();
    model_.reset();
    const auto start = std::chrono::steady_clock::now();
    model_ = std::make_unique<LoadedModel>(choice, progress, cancel);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool WarmState::isLoaded(const ModelChoice& choice) const {
    if (!model_ || model_->choice().folder != choice.folder) return false;
    return resolveDevice(choice.device, choice.dtype).target == model_->device().target;
}

void WarmState::makeRoomFor(const Plan& plan) {
    // heldMemory() is part of what the plan counts as available.
    const bool isOnCard = model_->device().target.cudaDevice >= 0;
    const auto kept = [&] { return features.rowBytes() + (isOnCard ? 0 : features.frameBytes()); };
    if (isOnCard && plan.hostBytes + features.frameBytes() > plan.hostAvailableBytes) {
        features.dropFrames();
    }
    if (plan.memoryBytes() + prefix.bytes() + kept() <= plan.availableBytes) return;
    prefix.drop();
    if (plan.memoryBytes() + kept() > plan.availableBytes) features.drop();
}

HeldMemory WarmState::heldMemory(DeviceKind asked) const {
    HeldMemory held{features.frameBytes(), 0};
    if (!model_) return held;
    const std::int64_t onDevice = model_->anonymousBytes() + prefix.bytes() + features.rowBytes();
    if (model_->device().target.cudaDevice < 0) {
        held.hostBytes += onDevice;
    } else if (model_->isOn(asked)) {
        held.cardBytes = onDevice;
    }
    return held;
}

}  // namespace reelquery
