#pragma once
// Encodes a video while its frames still come in: frames in, feature rows out, a few pairs at a
// time.

#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/cancel.h"
#include "core/device/vision_features.h"
#include "core/spec/vision_config.h"

namespace reelquery {

class VisionTower;

/// Confined to one thread. Borrows the tower. Holds at most one group of frames.
class VideoEncoder {
  public:
    /// Patches encoded together: enough to keep the cores busy, few enough to stay small. One pair
    /// may have more; it is encoded alone then.
    static constexpr std::int64_t kPatchBudget = 2048;
    /// On a GPU launching takes longer than computing so few; this many fill it for 50 ms.
    static constexpr std::int64_t kPatchBudgetGpu = 16384;

    /// The budget for the tower's device.
    static std::int64_t patchBudgetOf(const VisionTower& tower);

    /// patchBudget 0: the one for the tower's device.
    VideoEncoder(const VisionTower& tower, const PixelConfig& pixels, std::int64_t patchBudget = 0);
    ~VideoEncoder();

    /// Takes one frame, u8 [3, height, width] rgb, all of the same size, multiples of the config's
    /// pixelsPerToken().
    /// Returns the features of a group of pairs, n tokens, once one is complete, else nothing.
    /// Errors: kCancelled.
    std::optional<VisionFeatures> push(const at::Tensor& frame, const CancelToken& cancel);

    /// Encodes what is left (an odd last frame is paired with itself).
    std::optional<VisionFeatures> finish(const CancelToken& cancel);

    /// Grid of everything pushed so far.
    PatchGrid grid() const;

    /// Time spent encoding so far, patchify included.
    double seconds() const;

  private:
    VisionFeatures encodeHeld(const CancelToken& cancel);

    struct State;
    std::unique_ptr<State> state_;
};

/// Features of one picture, u8 [3, height, width].
VisionFeatures encodePicture(const VisionTower& tower, const PixelConfig& pixels,
                             const at::Tensor& picture, const CancelToken& cancel);

}  // namespace reelquery
