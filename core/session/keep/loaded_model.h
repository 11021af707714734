#pragma once
// The model in memory: language model, vision tower and tokenizer of one folder, on one device.

#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/device/device.h"
#include "core/model/language_model.h"
#include "core/session/session.h"
#include "core/spec/model_config.h"
#include "core/tokens/tokenizer.h"
#include "core/weights/checkpoint.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

/// Tells the weights and settings of a model folder from others, also from ones of the same shapes.
/// A folder that cannot be listed has the id of an empty one. Errors: kCancelled.
/// visionFile: as in ModelChoice.
std::string modelFilesId(const std::filesystem::path& folder, const CancelToken& cancel = {},
                         const std::filesystem::path& visionFile = {});

/// Immutable after loading but for the tower; owned by the engine and confined to its thread.
class LoadedModel {
  public:
    /// Reads and checks a model folder. Errors: kModel, kDevice, kMemory, kCancelled.
    LoadedModel(const ModelChoice& choice, const ByteProgress& progress, const CancelToken& cancel);

    const ModelChoice& choice() const { return choice_; }

    const ResolvedDevice& device() const { return device_; }

    const ModelConfig& config() const { return config_; }

    const Tokenizer& tokenizer() const { return *tokenizer_; }

    const LanguageModel& languageModel() const { return *languageModel_; }

    /// Loads it where it was released. Errors: kMemory, kCancelled.
    const VisionTower& visionTower(const CancelToken& cancel);

    /// Gives the tower's memory back until it is asked for again.
    void releaseTower() { visionTower_.reset(); }

    /// Memory of its device that is taken and would be free without this model: what was copied or
    /// converted. Weights that are read in place are none, since the system gives a file's pages
    /// back when they are needed.
    std::int64_t anonymousBytes() const;

    /// Whether it lies where `asked` leads. Errors: as resolveDevice().
    bool isOn(DeviceKind asked) const;

    /// modelFilesId of its folder, as it was when it was loaded.
    const std::string& filesId() const { return filesId_; }

    /// The number format of most of the language model's maps: "bf16", "int4", "Q4_K".
    std::string weightFormat() const;

    /// What a report has to say of how its weights, keys and values are kept.
    const std::vector<std::string>& notes() const { return notes_; }

    /// What the window and the reports say about it; `request` is left 0.
    ModelReady describe() const;

  private:
    ModelChoice choice_;
    ResolvedDevice device_;
    ModelConfig config_;
    Checkpoint checkpoint_;
    std::string filesId_;
    std::unique_ptr<Tokenizer> tokenizer_;
    std::unique_ptr<LanguageModel> languageModel_;
    std::unique_ptr<VisionTower> visionTower_;
    std::vector<std::string> notes_;
};

}  // namespace reelquery
