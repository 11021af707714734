#pragma once
// Where a video's frames lie in time: what "the k-th frame" and "the frame at 12 s" mean.
//
// Note [Time stamps]: a tick is one unit of the stream's time base. Every time in seconds that
// leaves vision/video is (pts - pts of the first shown frame) * time base, so 0 is the first frame
// whatever edit list or negative start the file has. Index divided by frame rate is never a time.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reelquery {

/// Who said so: the container's header and tables, or the packets themselves.
enum class ValueOrigin { kHeader, kContent };

/// One frame of the video, without its pixels.
struct IndexedFrame {
    std::int64_t ptsTicks = 0;      ///< when it is shown
    std::int64_t dtsTicks = 0;      ///< when it is decoded; what containers seek by
    std::uint32_t decodeOrder = 0;  ///< rank of its packet in the file
    bool isKey = false;             ///< decoding can start here
};

/// The frames of one video stream in presentation order. Immutable once built.
///
/// origin kContent: from a pass over all packets; time stamps and order are exact.
/// origin kHeader: from the container's sample table, which lists decode times only; frame count
/// and key frames are exact, ptsTicks are off by the reordering of neighbouring frames.
/// Where the container lists key frames only, hasEveryFrame is false and `frames` holds just those.
struct FrameIndex {
    std::vector<IndexedFrame> frames;
    ValueOrigin origin = ValueOrigin::kContent;
    bool hasEveryFrame = true;
    std::int64_t startTicks = 0;  ///< pts of the first shown frame
    double tickS = 0;             ///< seconds per tick

    /// Seconds from the first shown frame.
    double timeS(std::int64_t ptsTicks) const {
        return static_cast<double>(ptsTicks - startTicks) * tickS;
    }

    /// True when frame times and order are those the decoder will deliver.
    bool isExact() const { return hasEveryFrame && origin == ValueOrigin::kContent; }
};

/// Position in index.frames of the key frame to start decoding from so that frames[target] comes
/// out whole: the last key frame neither shown nor decoded after it (a key frame that precedes it
/// in the file but is shown later would leave it without its references). 0 when there is none.
/// Requires: index.isExact(), target < index.frames.size().
std::size_t startKeyFor(const FrameIndex& index, std::size_t target);

}  // namespace reelquery
