#pragma once
// The vision transformers of Qwen2-VL and Qwen2.5-VL.
// P patch rows in, P/4 rows of the language model's hidden size out.

#include <functional>
#include <memory>
#include <string>

#include "core/base/cancel.h"
#include "core/base/vision_config.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// Hands out a weight by its hub name ("visual.patch_embed.proj.weight") in the run's number type.
using VisionWeights = std::function<at::Tensor(const std::string& name)>;

/// Called with a stage's name ("vision.block_0.attn") and value; for tests and tools.
using VisionHook = std::function<void(const std::string& stage, const at::Tensor& value)>;

/// Immutable after construction. Thread: any number at a time.
class VisionTower {
  public:
    /// Takes all weights and checks their shapes. Errors: kModel; what `weights` throws.
    VisionTower(const VisionConfig& config, const VisionWeights& weights);
    ~VisionTower();

    /// Features [P/4, H] of patch rows [P, 1176] (float32, from patchify) of one grid, in the
    /// weights' number type, on their device. Frame pairs do not see each other, so a video may be
    /// encoded in groups of pairs with the same result.
    /// Errors: kCancelled within 0.5 s of a stop.
    at::Tensor encode(const at::Tensor& patches, const PatchGrid& grid, const CancelToken& cancel,
                      const VisionHook& hook = {}) const;

    const VisionConfig& config() const;

    /// The GPU that the weights lie on, -1 for the CPU.
    int cudaDevice() const;

  private:
    struct Weights;
    std::unique_ptr<const Weights> weights_;
};

}  // namespace reelquery
