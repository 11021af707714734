#pragma once
// The vision transformer of every family, as its VisionSpec says.
// P patch rows in, P/4 rows of the language model's hidden size out.

#include <memory>

#include "core/base/cancel.h"
#include "core/spec/vision_config.h"

namespace at {
class Tensor;
}

namespace reelquery {

class StageObserver;
class WeightSource;
struct VisionFeatures;

/// Immutable after construction. Thread: any number at a time.
class VisionTower {
  public:
    /// Takes all weights and checks their shapes. Errors: kModel; what `weights` throws.
    VisionTower(const VisionConfig& config, const WeightSource& weights);
    ~VisionTower();

    /// Features [P/4, H] of patch rows [P, patchValues] (float32, from patchify) of one grid, in
    /// the weights' number type, on their device. Frame pairs do not see each other, so a video may
    /// be encoded in groups of pairs with the same result. Errors: kCancelled within 0.5 s of a
    /// stop.
    VisionFeatures encode(const at::Tensor& patches, const PatchGrid& grid,
                          const CancelToken& cancel, StageObserver* observer = nullptr) const;

    const VisionConfig& config() const;

    /// The GPU that the weights lie on, -1 for the CPU.
    int cudaDevice() const;

  private:
    struct Weights;
    std::unique_ptr<const Weights> weights_;
};

}  // namespace reelquery
