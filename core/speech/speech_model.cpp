#include "core/speech/speech_model.h"

#include <string>

#include "core/base/error.h"
#include "core/base/file_exists.h"
#include "core/device/torch_target.h"
#include "core/speech/speech_weights.h"

namespace reelquery {

namespace {

std::unique_ptr<const Tokenizer> tokenizerOf(const std::filesystem::path& folder) {
    if (!fileExists(folder / "config.json")) {
        throw Error(ErrorCode::kModel, folder.string() + " holds no speech model (no config.json)",
                    "give the folder of a Whisper checkpoint in the hub's format");
    }
    if (!isSpeechModel(folder)) {
        throw Error(ErrorCode::kModel, folder.string() + " holds no Whisper checkpoint",
                    "give a folder whose config.json says model_type whisper");
    }
    return loadTokenizer(folder);
}

}  // namespace

SpeechModel::SpeechModel(const std::filesystem::path& folder, const ComputeTarget& target,
                         const CancelToken& cancel)
    : tokenizer_(tokenizerOf(folder)),
      config_(readSpeechConfig(folder, *tokenizer_)),
      mel_(config_.melBins, target),
      choice_(config_, deviceOf(target)) {
    const SpeechWeights weights(folder, target, cancel);
    encoder_ = std::make_unique<const SpeechEncoder>(config_, weights);
    decoder_ = std::make_unique<const SpeechDecoder>(config_, weights);
    parameters_ = weights.parameters();
}

}  // namespace reelquery
