#include "core/speech/speech_weights.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/weights/safetensors.h"

namespace reelquery {

namespace {

Checkpoint openCheckpoint(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    const bool isOld = fileExists(folder / "pytorch_model.bin") &&
                       !fileExists(folder / "model.safetensors") &&
                       !fileExists(folder / "model.safetensors.index.json");
    if (isOld) {
        throw Error(ErrorCode::kModel,
                    folder.string() + " has its weights in pytorch_model.bin only",
                    "fetch a revision with model.safetensors, or convert it with safetensors");
    }
    return Checkpoint::open(folder, nullptr);
}

}  // namespace

SpeechWeights::SpeechWeights(const std::filesystem::path& folder, const ComputeTarget& target,
                             const CancelToken& cancel)
    : folder_(folder), target_(target), cancel_(cancel), checkpoint_(openCheckpoint(folder)) {
    const std::string prefix = "model.";
    for (TensorInfo& tensor : checkpoint_.tensors()) {
        std::string name = tensor.name;
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
        tensors_.emplace(std::move(name), std::move(tensor));
    }
}

bool SpeechWeights::has(const std::string& name) const {
    return tensors_.contains(name);
}

at::Tensor SpeechWeights::take(const std::string& name,
                               const std::vector<std::int64_t>& shape) const {
    throwIfCancelled(cancel_);
    const auto fail = [&](const std::string& what) {
        throw Error(ErrorCode::kModel, folder_.string() + ": " + what,
                    "the model folder is incomplete or damaged; download the model again");
    };
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) fail("the tensor model." + name + " is missing");
    const TensorInfo& tensor = found->second;
    if (tensor.shape != shape) {
        fail(tensor.name + " is " + shapeText(tensor.shape) + ", config.json calls for " +
             shapeText(shape));
    }
    if (tensor.dtype != "F32" && tensor.dtype != "F16" && tensor.dtype != "BF16") {
        fail(tensor.name + " is " + tensor.dtype + ", expected BF16, F16 or F32");
    }
    return checkpoint_.load(tensor.name, target_);
}

SpeechLinear SpeechWeights::linear(const std::string& name, std::int64_t outputs,
                                   std::int64_t inputs, bool hasBias) const {
    SpeechLinear map{take(name + ".weight", {outputs, inputs}), {}};
    if (hasBias) map.bias = take(name + ".bias", {outputs});
    return map;
}

SpeechNorm SpeechWeights::norm(const std::string& name, std::int64_t width) const {
    return {take(name + ".weight", {width}), take(name + ".bias", {width})};
}

}  // namespace reelquery
