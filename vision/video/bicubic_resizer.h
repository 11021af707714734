#pragma once
// torchvision's resize of a picture, faster.
//
// Note [Fast resize]: at::_upsample_bicubic2d_aa takes 10 ms for a 1080p picture on one core, as
// long as decoding a key frame does. The same sums in the same order, and so to the same bit, take
// less than half when eight rows go side by side and 8-bit rows are read where they are. The
// weights are libtorch's own: it resizes unit impulses. Where products and sums are rounded
// together follows what the compiler made of libtorch's loop for processors with fused multiply-add
// (found by comparing). Since another build may differ, the first picture is resized both ways, and
// libtorch does the rest too should the two differ in a bit.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vision/video/frame_size.h"
#include "vision/video/weighted_sums.h"

namespace reelquery {

/// Antialiased bicubic from one size to another. Confined to one thread; keeps its buffers.
class BicubicResizer {
  public:
    BicubicResizer(FrameSize from, FrameSize to);

    /// Equal to at::_upsample_bicubic2d_aa on the picture as float32, bit for bit.
    /// picture: u8 [3, from.height, from.width], any strides. Result: f32 [3, to.height, to.width],
    /// not contiguous.
    at::Tensor resize(const at::Tensor& picture);

    bool matches(FrameSize from) const { return from == from_; }

    /// False once the two ways were found to differ.
    bool isFast() const { return isFast_; }

  private:
    /// Which inputs make up each output along one axis.
    struct Axis {
        std::vector<int> first;      ///< of each output: its first input
        std::vector<int> count;      ///< and their number
        std::vector<float> weights;  ///< [outputs, taps], zero-padded
        int taps = 0;
    };

    static Axis axis(int from, int to);
    static WeightedAxis view(const Axis& axis);
    at::Tensor fast(const at::Tensor& picture);
    at::Tensor byTorch(const at::Tensor& picture);

    const FrameSize from_;
    const FrameSize to_;
    const Axis horizontal_;
    const Axis vertical_;
    std::vector<std::uint8_t> rows_;  ///< eight rows side by side: [from.width, 8, 3]
    std::vector<float> values_;       ///< the same in float32
    std::vector<float> narrowed_;     ///< [from.height, to.width, 3], after the horizontal pass
    at::Tensor planes_;               ///< f32 [3, H, W] for libtorch
    bool isFast_ = true;
    bool isChecked_ = false;
};

}  // namespace reelquery
