#pragma once
// Asks a codec's parser about packets whose container says too little. Included only inside
// vision/video.

#include "vision/video/av_handles.h"
#include "vision/video/media_input.h"
#include "vision/video/one_clock.h"

namespace reelquery {

/// The order in which H.264 and HEVC count their pictures, for containers that keep no time of
/// showing (AVI, streams without a container). Confined to one thread.
class PictureOrder {
  public:
    explicit PictureOrder(MediaInput& input);

    /// True when the container leaves the order of showing to the codec.
    bool isNeeded() const { return parser_ != nullptr; }

    /// Fills pictureOrder, and the key flag with the codec's own word.
    void read(const AVPacket& packet, ScannedPacket& scanned);

  private:
    av::Codec codec_;
    av::Parser parser_;
};

}  // namespace reelquery
