#pragma once
// Where a video's frames lie in time: what "the k-th frame" and "the frame at 12 s" mean.
//
// Note [Time stamps]: a tick is one unit of the stream's time base. Every time in seconds that
// leaves vision/video is that of a player's clock: 0 is the start of the file, so of whichever of
// sound and picture begins first, and a picture that begins later has a later time. timeS is the
// one place where ticks become seconds. Index divided by frame rate is never a time.
//
// Note [Which packet]: time stamps repeat, jump and lie, so a frame is known by the rank of its
// packet in the file (decodeOrder): decoders are fed ranks instead of time stamps and give them
// back with the frames.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace reelquery {

/// Who said so: the container's header and tables, or the packets themselves.
enum class ValueOrigin { kHeader, kContent };

/// One frame of the video, without its pixels.
struct IndexedFrame {
    std::int64_t ptsTicks = 0;      ///< when it is shown
    std::uint32_t decodeOrder = 0;  ///< rank of its packet in the file
    bool isKey = false;             ///< decoding can start here, or so the container says
    /// How many packets before its own is the last one whose place in the file is known; program
    /// streams tell that of every few packets.
    std::uint16_t packetsPast = 0;
    std::int64_t bytePosition = -1;  ///< of that packet; -1 where there is none
    std::uint32_t packetBytes = 0;   ///< and its size
};

/// A stretch of the file between two jumps of its clock: one recording of several put end to end.
struct ClockRun {
    std::int64_t firstByte = 0;  ///< where the stretch can be read on its own
    double startS = 0;           ///< on the video's clock
    double lengthS = 0;
    double ownStartS = 0;  ///< what the stretch's own clock says at startS
};

/// Something a decoder must be told before the packet of this rank: a new header, a palette.
struct DecoderUpdate {
    std::uint32_t decodeOrder = 0;
    int kind = 0;  ///< an AVPacketSideDataType
    std::vector<std::uint8_t> bytes;
};

/// How the packet of a frame is found again.
enum class PacketSearch {
    kByTime,    ///< the container is searched by time
    kByByte,    ///< the file is: containers without an index, whose search by time guesses
    kByReading  ///< from the beginning: the clock jumps and the container can only be read on
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
    std::int64_t startTicks = 0;  ///< what counts as 0 seconds
    double tickS = 0;             ///< seconds per tick
    PacketSearch search = PacketSearch::kByTime;
    /// Byte positions are known and never fall from one packet to the next, so they tell whether a
    /// search landed too late.
    bool hasPositions = false;
    std::vector<ClockRun> runs;          ///< empty unless the clock jumps
    std::vector<DecoderUpdate> updates;  ///< in the order of the file, seldom any

    /// Seconds of the video's clock.
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
