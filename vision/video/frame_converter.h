#pragma once
// From a decoded frame in whatever pixel format to the small upright RGB picture the model sees.
// Included only inside vision/video.

#include <ATen/core/Tensor.h>

#include <optional>

#include "vision/video/av_handles.h"
#include "vision/video/bicubic_resizer.h"
#include "vision/video/deinterlacer.h"
#include "vision/video/display_geometry.h"
#include "vision/video/target_matcher.h"
#include "vision/video/tone_map.h"

namespace reelquery {

/// Keeps the scalers and one full-size picture between frames. Confined to one thread.
class FrameConverter {
  public:
    /// target: size of the result, after the turn. orientation: every frame's, whatever it says of
    /// itself, so that all of a video are turned alike.
    FrameConverter(FrameSize target, Orientation orientation);

    /// u8 [3, target.height, target.width], contiguous.
    ///
    /// SDR: the pixels of `ffmpeg -pix_fmt rgb24` at full size (same library, matrix, range and
    /// default flags), resized as torchvision does: antialiased bicubic in float32, clamped to
    /// 0..255, rounded half to even.
    /// HDR: resized in 16-bit code values, then tone-mapped, see Note [Tone map].
    /// Interlaced: made whole with the frames before and after first, where they were handed over.
    /// Transparent: laid on white.
    /// Errors: kVideo for a pixel format that cannot be converted.
    at::Tensor convert(const DecodedFrame& decoded);

  private:
    /// What a scaler was made for.
    struct Source {
        int width = 0, height = 0, format = -1;
        AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
        AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
        bool isHdr = false;
        bool hasAlpha = false;
        bool isLimitedGrey = false;  ///< 16..235, which the scaler takes for 0..255

        bool operator==(const Source&) const = default;
    };

    static Source sourceOf(const AVFrame& frame);
    void prepare(const Source& source);
    at::Tensor converted(const AVFrame& frame);
    at::Tensor fullSize(const AVFrame& frame);
    at::Tensor turned(const at::Tensor& picture) const;
    at::Tensor resized(const at::Tensor& picture);
    at::Tensor toneMapped(at::Tensor picture, const AVFrame& frame);

    const FrameSize target_;
    const Orientation orientation_;
    Deinterlacer deinterlacer_;
    Source source_;
    av::Scaler scaler_;
    at::Tensor packed_;  ///< u8 rows of the full-size picture, padded for the scaler
    at::Tensor layers_;  ///< the same with alpha, before it is laid on white
    std::optional<BicubicResizer> resizer_;
    std::optional<ToneMap> toneMap_;
};

}  // namespace reelquery
