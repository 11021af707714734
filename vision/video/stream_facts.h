#pragma once
// Reads facts off FFmpeg's structs. Included only inside vision/video.

#include <optional>

#include "vision/video/av_handles.h"
#include "vision/video/display_geometry.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// How the container says the stream's pictures are to be turned.
Orientation streamOrientation(const AVStream& stream);

/// The frame's own word on it (a photo's EXIF tag), if it has one.
std::optional<Orientation> frameOrientation(const AVFrame& frame);

Transfer transferOf(AVColorTransferCharacteristic characteristic);

/// Codec, colour, size and neighbouring streams; durations and frames are left alone.
void readStreamFacts(AVFormatContext& format, AVStream& stream, VideoInfo& info);

}  // namespace reelquery
