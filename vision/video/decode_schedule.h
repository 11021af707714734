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
    /// When it is shown. Unset: whichever frame comes first, for key frames whose exact time stamp
    /// the container does not list.
    std::optional<std::int64_t> ptsTicks;
};

/// Wanted frames that hang on one key frame, so that no decoder ever seeks inside a group of
/// pictures.
struct DecodeJob {
    bool startsAtBeginning = false;  ///< of the file
    std::int64_t seekTicks = 0;      ///< of the key frame to start from
    /// pts of that key frame where it is known; packets before it are of no use.
    std::optional<std::int64_t> startPts;
    std::vector<DecodeTarget> targets;  ///< in time order, all different
    std::int64_t packets = 0;           ///< to be decoded, about
};

/// Jobs in time order. Frames wanted twice are decoded once.
/// Requires: a plan made from this index, and index.isExact() unless all frames taken are key
/// frames.
std::vector<DecodeJob> scheduleJobs(const FramePlan& plan, const FrameIndex& index);

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
