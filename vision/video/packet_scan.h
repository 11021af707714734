#pragma once
// Builds frame indexes, from packets or from a container's own tables. Included only inside
// vision/video.

#include <memory>
#include <optional>

#include "vision/video/frame_index.h"
#include "vision/video/media_input.h"
#include "vision/video/video_probe.h"

namespace reelquery {

/// What a pass over all packets found. Times are of the video's clock.
struct PacketScan {
    std::shared_ptr<const FrameIndex> index;  ///< exact; holds no frames when no packet was there
    double pictureEndS = 0;                   ///< end of the last frame's own time
    double endS = 0;           ///< end of sound and picture, as far as sound was read
    bool hasSoundEnd = false;  ///< sound was read to its end
    bool tellsTurn = false;    ///< the stream itself says how its pictures are turned
    bool endedEarly = false;   ///< the file could not be read to its end
    /// The file's end is missing, in the middle of something it began.
    bool lacksEnd = false;
};

/// Reads every packet of the stream, decoding none. The input must stand at its beginning; it
/// stands at its end afterwards. `fps`: for streams that keep no times.
/// Errors: kCancelled.
PacketScan scanPackets(MediaInput& input, double fps, const ScanProgress& progress);

/// What the container's tables list without reading any packet; null when they list nothing
/// useful. mp4 and mov list every frame, Matroska its key frames.
struct ContainerTable {
    std::shared_ptr<const FrameIndex> index;
    bool lacksEnd = false;  ///< it points past the end of the file; such frames are left out
};

/// pictureEndS: of the stream as its header says, on the video's clock.
ContainerTable readContainerTable(MediaInput& input, double pictureEndS);

}  // namespace reelquery
