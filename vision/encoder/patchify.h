#pragma once
// Frames to patch rows. T frames (pairs after padding), h x w patches, P = T/2 * h * w rows.

#include "core/spec/vision_config.h"

namespace at {
class Tensor;
}

namespace reelquery {

/// Grid of `frames` frames of this size. Requires sides that are multiples of
/// config.pixelsPerToken().
PatchGrid gridOf(std::int64_t frames, std::int64_t height, std::int64_t width,
                 const VisionConfig& config);

/// Normalises and cuts frames, u8 [T, 3, height, width] rgb, into rows, float32
/// [P, config.patchValues()].
/// Rows run over time, block row, block column, row and column in the 2 x 2 block; values over
/// channel, frame of the pair, y, x. An odd last frame is repeated, so one picture is its own pair.
/// Normalisation is (x - 255 mean) / (255 std) in float32, bit for bit what Hugging Face's fast
/// processors compute. Thread: any. Does not keep the frames.
at::Tensor patchify(const at::Tensor& frames, const VisionConfig& config,
                    const PixelConfig& pixels);

}  // namespace reelquery
