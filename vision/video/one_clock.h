#pragma once
// From the time stamps in a file to one clock that only goes forward. Pure.

#include <cstdint>
#include <vector>

#include "vision/video/frame_index.h"

namespace reelquery {

inline constexpr std::int64_t kNoTime = INT64_MIN;

/// What a pass over the file noted of one packet of the picture stream. Times in ticks.
struct ScannedPacket {
    std::int64_t pts = kNoTime;
    std::int64_t dts = kNoTime;
    std::int64_t duration = 0;
    std::int64_t position = -1;
    std::uint32_t bytes = 0;
    std::uint32_t rank = 0;  ///< among the stream's packets, those left out included
    bool isKey = false;
    bool isDamaged = false;
    /// Place of its picture in the order of showing, counted anew from some key frames on; only
    /// where the container keeps no time of showing.
    int pictureOrder = 0;
};

/// When the sound between two jumps of its clock begins and ends, on its own clock.
struct SoundRun {
    double fromS = 0, toS = 0;
};

/// What the clock is made from besides the packets.
struct ClockSource {
    double tickS = 0;
    std::int64_t startTicks = 0;    ///< of the file
    std::int64_t frameTicks = 0;    ///< how long a frame stays that does not say so
    std::int64_t wrapTicks = 0;     ///< where the container's clock begins anew; 0: never
    bool keepsDecodeTimes = false;  ///< and has not worked them out from the times of showing
    std::vector<SoundRun> sound;
};

/// What became of it.
struct OneClock {
    std::vector<ClockRun> runs;            ///< at least one; firstByte is left at 0
    std::vector<std::size_t> firstPacket;  ///< of each run, in the order of the file
    double endS = 0;                       ///< of the last frame or sound, on the video's clock
};

/// Gives packets in file order that keep no time of showing one: the k-th picture shown between
/// two starts of the counting is shown at the k-th time of decoding.
void showByPictureOrder(std::vector<ScannedPacket>& packets);

/// Gives packets in file order that have neither time one: that of decoding lies between those of
/// their neighbours; that of showing is the first later one at which nothing is shown yet, where
/// the others are reordered.
void fillMissingTimes(std::vector<ScannedPacket>& packets, std::int64_t frameTicks);

/// Moves the time stamps of packets in file order (pts and dts) onto one clock. It jumps where
/// decoding times fall by more than half a second, rise by more than an hour (a container's clock
/// that was wound back looks like that), or rise by more than ten seconds beside a damaged packet,
/// as they do where two recordings were put end to end. Where the container keeps times of showing
/// only, those of key frames are looked at, and whether others fall back for longer than a codec
/// reorders. The first frame of each stretch is shown where the one
/// before it ends. Packets without a time of showing get that of decoding.
///
/// A player plays stretch after stretch (ClockRun), each from ownStartS for lengthS. It finds a
/// stretch's first frame when it starts no later than the second packet is decoded, which is before
/// the frame is shown; so a stretch may start a little before the last frame of the one before it
/// is over, but never before that is shown.
/// Requires: at least one packet.
OneClock putOnOneClock(std::vector<ScannedPacket>& packets, const ClockSource& source);

}  // namespace reelquery
