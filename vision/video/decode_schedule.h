#pragma once
// Cuts the wanted frames into jobs that decoders can do side by side. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vision/video/frame_index.h"
#include "vision/video/frame_plan.h"

namespace reelquery {

/// One frame that a job is to deliver.
struct DecodeTarget {
    double wantedS = 0;
    double takenS = 0;         ///< when it counts as shown
    std::size_t position = 0;  ///< in the index
    /// Rank of its packet. Unset: whichever frame comes first, for key frames of an index that
    /// knows no ranks.
    std::optional<std::uint32_t> decodeOrder;
    /// Frames from this position on may not stand in for it: the next wanted frame, or the end of
    /// the range.
    std::size_t standInEnd = 0;
    bool isKey = false;  ///< taken as a key frame, not for its time
};

/// Wanted frames that hang on one key frame, so that no decoder ever seeks inside a group of
/// pictures.
struct DecodeJob {
    std::size_t start = 0;              ///< position in the index of the key frame to start from
    std::vector<DecodeTarget> targets;  ///< in time order, all different
    std::int64_t packets = 0;           ///< to be decoded, about
};

/// Jobs in time order. Frames wanted twice are decoded once. withNeighbours: the frame shown before
/// an exact target is decoded, too (for deinterlacing).
/// Requires: a plan made from this index, and index.isExact() unless all frames taken are key
/// frames.
std::vector<DecodeJob> scheduleJobs(const FramePlan& plan, const FrameIndex& index,
                                    bool withNeighbours = false);

/// How the threads are spent.
struct DecoderLayout {
    int decoders = 1;
    int threadsEach = 1;
};

/// Side by side where the jobs allow it: on two cores, two decoders of one thread each took 3.4 s
/// for 32 exact frames of 1080p H.264 (groups of 250), one decoder of two threads 5.0 s, since it
/// drains and refills its pipeline at every seek. Only a job so long that the others cannot fill
/// the time beside it gets a decoder with more threads.
DecoderLayout layOutDecoders(const std::vector<DecodeJob>& jobs, int threads);

}  // namespace reelquery
