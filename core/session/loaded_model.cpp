#include "core/session/loaded_model.h"

#include <ATen/ATen.h>

#include <chrono>

#include "core/attention/cuda_memory.h"

namespace reelquery {

namespace {

void checkVocabulary(const ModelConfig& config, const Tokenizer& tokenizer) {
    if (tokenizer.knownIds() > config.text.vocabSize) {
        throw Error(ErrorCode::kModel,
                    "the tokenizer knows " + std::to_string(tokenizer.knownIds()) +
                        " ids but the embedding has " + std::to_string(config.text.vocabSize) +
                        " rows",
                    "tokenizer and weights come from different models; fetch the folder again");
    }
}

}  // namespace

LoadedModel::LoadedModel(const ModelChoice& choice, const ByteProgress& progress,
                         const CancelToken& cancel)
    : choice_(choice),
      device_(resolveDevice(choice.device, choice.dtype)),
      config_(readModelConfig(choice.folder)),
      checkpoint_(Checkpoint::open(choice.folder, &config_)),
      tokenizer_(loadTokenizer(choice.folder)) {
    checkVocabulary(config_, *tokenizer_);
    checkpoint_.preload(progress, cancel);
    const WeightLookup weights = [&](const std::string& name) {
        throwIfCancelled(cancel);
        return checkpoint_.load(name, device_.target);
    };
    try {
        visionTower_ = std::make_unique<VisionTower>(config_.vision, weights);
        languageModel_ = std::make_unique<LanguageModel>(config_, device_.target, weights,
                                                         checkpoint_.has("lm_head.weight"));
    } catch (const c10::OutOfMemoryError&) {
        languageModel_.reset();
        visionTower_.reset();
        throw cudaOutOfMemory(device_.target.cudaDevice, "loading the model");
    }
}

std::int64_t LoadedModel::anonymousBytes(DeviceKind asked) const {
    const int card = device_.target.cudaDevice;
    if (resolveDevice(asked, DtypeChoice::kAuto).target.cudaDevice != card) return 0;
    const bool isReadInPlace = card < 0 && device_.target.bfloat16;
    return isReadInPlace ? 0 : checkpoint_.bytesFor(device_.target);
}

ModelReady LoadedModel::describe() const {
    ModelReady ready;
    ready.name = choice_.folder.filename().string();
    ready.family = familyName(config_.family);
    ready.parameters = checkpoint_.parameters();
    ready.weightBytes = checkpoint_.bytesFor(device_.target);
    ready.device = device_.name;
    ready.dtype = device_.dtype;
    return ready;
}

double useModel(std::unique_ptr<LoadedModel>& slot, const ModelChoice& choice,
                const ByteProgress& progress, const CancelToken& cancel) {
    if (slot && slot->choice() == choice) return 0;
    slot.reset();
    const auto start = std::chrono::steady_clock::now();
    slot = std::make_unique<LoadedModel>(choice, progress, cancel);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace reelquery
