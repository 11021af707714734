#include "core/session/keep/warm_state.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace reelquery {

namespace {

/// The model of a choice as it will be once it is loaded, without a name for its files.
WarmModel expected(const ModelChoice& choice) {
    const ComputeTarget target = resolveDevice(choice.device, choice.dtype).target;
    const Checkpoint checkpoint = Checkpoint::open(choice.folder, nullptr, choice.visionFile);
    return {choice, target, {}, checkpoint.weightBytes(target, choice.weights).copied};
}

/// Says what is being loaded for as long as it is.
class Loading {
  public:
    Loading(std::optional<WarmModel>& place, WarmModel model) : place_(place) {
        place_ = std::move(model);
    }

    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

    ~Loading() { place_.reset(); }

  private:
    std::optional<WarmModel>& place_;
};

}  // namespace

WarmState::WarmState(const SessionStorage& storage, std::function<void(WarmSummary)> announce)
    : announce_(std::move(announce)),
      features(FeatureFiles(storage.featureFolder, storage.featureBytes, storage.afterPiece)),
      measurements(storage.measurementsFile) {}

double WarmState::useModel(const ModelChoice& choice, const ByteProgress& progress,
                           const CancelToken& cancel) {
    if (const auto warm = warmModel(); warm && warm->isMeantBy(choice)) return 0;
    prefix.drop();
    features.drop();
    model_.reset();
    const auto start = std::chrono::steady_clock::now();
    const Loading loading(loading_, expected(choice));
    announce();
    model_ = std::make_unique<LoadedModel>(choice, progress, cancel);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void WarmState::makeRoomFor(const Plan& plan, const Own& own) {
    // What is held is part of what the plan counts as available.
    const bool isOnCard = model_->device().target.cudaDevice >= 0;
    const auto hostHeld = [&] {
        return features.frameBytes() + features.hostRowBytes(own.features);
    };
    const auto beside = [&] {
        return prefix.bytes(own.prefix) +
               (isOnCard ? features.cardRowBytes(own.features) : hostHeld());
    };
    if (isOnCard && plan.hostBytes + hostHeld() > plan.hostAvailableBytes) features.dropFrames();
    while (isOnCard && plan.hostBytes + hostHeld() > plan.hostAvailableBytes &&
           features.dropOldest(own.features)) {
    }
    const std::int64_t room =
        std::min(plan.availableBytes - plan.memoryBytes(), plan.availableBytes / 4);
    while (beside() > room && prefix.dropOldest(own.prefix)) {
    }
    while (beside() > room && features.dropOldest(own.features)) {
    }
    if (beside() > room) features.dropFrames();
}

std::optional<WarmModel> WarmState::warmModel() const {
    if (!model_) return loading_;
    return WarmModel{model_->choice(), model_->device().target, model_->filesId(),
                     model_->anonymousBytes()};
}

WarmSummary WarmState::summary(std::int64_t passingBytes) const {
    WarmSummary warm;
    warm.model = warmModel();
    warm.features = features.keys();
    warm.hasFrames = features.hasFrames();
    const bool isOnCard = warm.model && warm.model->target.cudaDevice >= 0;
    warm.rowBytes = isOnCard ? features.cardRowBytes() : features.hostRowBytes();
    if (isOnCard) warm.hostRowBytes = features.hostRowBytes();
    warm.frameBytes = features.frameBytes();
    for (const PrefixOrigin* origin : prefix.kept())
        warm.prefixes.push_back({origin->features, origin->attention, std::ssize(origin->ids)});
    warm.prefixBytes = prefix.bytes();
    warm.passingBytes = passingBytes;
    warm.files = features.files();
    warm.measurements = std::make_shared<const Measurements>(measurements);
    return warm;
}

void WarmState::announce(std::int64_t passingBytes) const {
    if (announce_) announce_(summary(passingBytes));
}

}  // namespace reelquery
