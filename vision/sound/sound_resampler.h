#pragma once
// Decoded sound of any kind to 16 kHz mono, 16 bit. Included only inside vision/sound.

#include <cstdint>
#include <memory>
#include <vector>

#include "vision/video/av_handles.h"

extern "C" {
#include <libswresample/swresample.h>
}

namespace reelquery {

namespace av {
using Resampler = std::unique_ptr<SwrContext, FreeByAddress<SwrContext, swr_free>>;
}

/// One run of samples without a break. Confined to one thread.
/// Channels are mixed so that the sum cannot clip, as the ffmpeg command does for 16 bit: left and
/// right count half each.
class SoundResampler {
  public:
    /// True where `frame` can go on behind the frames before it; a resampler without any takes all.
    bool takes(const AVFrame& frame) const;

    /// Appends what the frame becomes, as far as it is known yet. False where sound of this kind
    /// cannot be converted.
    bool convert(const AVFrame& frame, std::vector<std::int16_t>& samples);

    /// Appends what was held back, and forgets the run.
    void finish(std::vector<std::int16_t>& samples);

  private:
    bool open(const AVFrame& frame);

    av::Resampler resampler_;
    int format_ = -1, rate_ = 0, channels_ = 0;
    std::uint64_t layout_ = 0;
};

}  // namespace reelquery
