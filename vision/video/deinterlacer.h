#pragma once
// Whole pictures from interlaced ones. Included only inside vision/video.

#include "vision/video/av_handles.h"
#include "vision/video/target_matcher.h"

namespace reelquery {

/// FFmpeg's bwdif, which the player is told to use too: each frame keeps its first field and gets
/// the lines of the other from the frames beside it where nothing moves, else from its own.
/// Confined to one thread.
class Deinterlacer {
  public:
    /// The frame made whole, valid until the next call; null where its format is none the filter
    /// takes. A neighbour that is missing is replaced by the other one; the first frame of a video
    /// is made from its own lines. Requires: at least one.
    const AVFrame* whole(const DecodedFrame& decoded);

  private:
    av::Frame result_ = av::makeFrame();
};

}  // namespace reelquery
