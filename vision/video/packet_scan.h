#pragma once
// Builds frame indexes, from packets or from a container's own tables. Included only inside
// vision/video.

#include <memory>
#include <optional>

#include "vision/video/frame_index.h"
#include "vision/video/media_input.h"
#include "vision/video/video_probe.h"

namespace reelquery {

/// What a pass over all packets found.
struct PacketScan {
    std::shared_ptr<const FrameIndex> index;  ///< exact; holds no frames when no packet was there
    double endS = 0;                          ///< end of the last frame, seconds from the first
    bool endedEarly = false;                  ///< the file could not be read to its end
};

/// Reads every packet of the stream, decoding none. The input must stand at its beginning; it
/// stands at its end afterwards.
/// Errors: kCancelled.
PacketScan scanPackets(MediaInput& input, const ScanProgress& progress);

/// What the container's tables list without reading any packet; null when they list nothing
/// useful. mp4 and mov list every frame, Matroska its key frames.
struct ContainerTable {
    std::shared_ptr<const FrameIndex> index;
    /// Set when the table points past the end of the file: time of the first frame that is missing.
    std::optional<double> missingFromS;
};

ContainerTable readContainerTable(MediaInput& input, double durationS);

}  // namespace reelquery
