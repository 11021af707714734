#include "core/session/keep/loaded_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "core/base/content_id.h"
#include "core/base/fingerprint.h"
#include "core/base/option_names.h"
#include "core/device/device_errors.h"
#include "core/spec/gguf_files.h"
#include "core/weights/weights_id.h"

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

/// stored, kept: Checkpoint::formatName() of the files and of the run.
std::vector<std::string> notesOf(const ModelChoice& choice, const std::string& stored,
                                 const std::string& kept, int slowMaps) {
    std::vector<std::string> notes;
    if (choice.weights != WeightChoice::kStored && kept == stored) {
        notes.push_back(std::string("--weights ") + nameOf(choice.weights) +
                        " changed nothing: the files hold packed weights (" + stored + ") already");
    } else if (choice.weights != WeightChoice::kStored) {
        notes.push_back(std::string("the language model was packed to ") + nameOf(choice.weights) +
                        " while it was loaded (rounded to nearest)");
    }
    if (choice.kv == KvChoice::kInt8) notes.emplace_back("keys and values are kept in 8 bits");
    if (slowMaps > 0) {
        notes.push_back(std::to_string(slowMaps) +
                        " matrices are in a format that no kernel here multiplies as it is: each "
                        "product unpacks them first, which is slow");
    }
    return notes;
}

}  // namespace

std::string modelFilesId(const std::filesystem::path& folder, const CancelToken& cancel,
                         const std::filesystem::path& visionFile) {
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder, ignored)) {
        Fingerprint print;
        files = ggufParts(folder);
        files.push_back(ggufVisionFile(folder, visionFile));
        for (const auto& file : files) print.add(weightsId(file, cancel));
        return print.hex();
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const auto kind = entry.path().extension();
        if (kind == ".json" || kind == ".safetensors") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    Fingerprint print;
    for (const auto& file : files) {
        throwIfCancelled(cancel);  // what was read before is remembered, and polls nothing
        print.add(file.extension() == ".safetensors" ? weightsId(file, cancel)
                                                     : contentId(file, cancel));
    }
    return print.hex();
}

LoadedModel::LoadedModel(const ModelChoice& choice, const ByteProgress& progress,
                         const CancelToken& cancel)
    : choice_(choice),
      device_(resolveDevice(choice.device, choice.dtype)),
      config_(readModelConfig(choice.folder, choice.visionFile)),
      checkpoint_(Checkpoint::open(choice.folder, &config_, choice.visionFile)),
      filesId_(modelFilesId(choice.folder, cancel, choice.visionFile)),
      tokenizer_(loadTokenizer(choice.folder)) {
    checkVocabulary(config_, *tokenizer_);
    checkpoint_.preload(progress, cancel);
    const CheckpointWeights weights(checkpoint_, device_.target, cancel, choice.weights);
    try {
        visionTower_ = std::make_unique<VisionTower>(config_.vision, weights);
        languageModel_ = std::make_unique<LanguageModel>(config_, weights, choice.kv);
        notes_ = notesOf(choice, checkpoint_.formatName(device_.target), weightFormat(),
                         weights.slowMaps());
    } catch (...) {
        languageModel_.reset();
        visionTower_.reset();
        rethrowDeviceError(device_.target.cudaDevice, "loading the model");
    }
}

const VisionTower& LoadedModel::visionTower(const CancelToken& cancel) {
    if (!visionTower_) {
        try {
            visionTower_ = std::make_unique<VisionTower>(
                config_.vision,
                CheckpointWeights(checkpoint_, device_.target, cancel, choice_.weights));
        } catch (...) {
            rethrowDeviceError(device_.target.cudaDevice, "loading the vision tower again");
        }
    }
    return *visionTower_;
}

std::int64_t LoadedModel::anonymousBytes() const {
    const WeightBytes bytes = checkpoint_.weightBytes(device_.target, choice_.weights);
    return bytes.copied - (visionTower_ ? 0 : bytes.tower);
}

bool LoadedModel::isOn(DeviceKind asked) const {
    return resolveDevice(asked, DtypeChoice::kAuto).target.cudaDevice == device_.target.cudaDevice;
}

std::string LoadedModel::weightFormat() const {
    return checkpoint_.formatName(device_.target, choice_.weights);
}

ModelReady LoadedModel::describe() const {
    ModelReady ready;
    ready.name = choice_.folder.filename().string();
    ready.family = config_.spec->type;
    ready.parameters = checkpoint_.parameters();
    ready.weightBytes = checkpoint_.bytesFor(device_.target, choice_.weights);
    ready.weightFormat = weightFormat();
    ready.device = device_.name;
    ready.dtype = device_.dtype;
    return ready;
}

}  // namespace reelquery
