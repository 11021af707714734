#include "vision/video/decode_schedule.h"

#include <algorithm>

#include "core/base/error.h"

namespace reelquery {
std::vector<DecodeJob> scheduleJobs(const FramePlan& plan, const FrameIndex& index,
                                    bool withNeighbours) {
    std::vector<DecodeJob> jobs;
    std::optional<std::size_t> lastStart, lastPosition;
    for (const WantedFrame& wanted : plan.wanted) {
        const std::size_t position = wanted.indexPosition;
        ENSURE(position < index.frames.size(), "the plan was made from another index");
        ENSURE(index.isExact() || wanted.takeKeyFrame, "exact frames need an exact index");
        if (lastPosition == position) continue;
        if (lastPosition) {  // what was open till here ends at this frame
            std::size_t& end = jobs.back().targets.back().standInEnd;
            end = std::min(end, position);
        }
        lastPosition = position;
        const bool isBeforeNeeded = withNeighbours && !wanted.takeKeyFrame && position > 0;
        const std::size_t start =
            index.isExact() ? startKeyFor(index, position - isBeforeNeeded) : position;
        if (lastStart != start) jobs.push_back({start, {}, 0});
        lastStart = start;
        DecodeJob& job = jobs.back();
        const IndexedFrame& frame = index.frames[position];
        DecodeTarget target{wanted.wantedS,
                            wanted.takenS,
                            position,
                            std::nullopt,
                            static_cast<std::size_t>(wanted.rangeLast) + 1,
                            wanted.takeKeyFrame};
        if (index.isExact()) target.decodeOrder = frame.decodeOrder;
        job.targets.push_back(target);
        const auto span = std::int64_t{frame.decodeOrder} - index.frames[start].decodeOrder + 1;
        job.packets = std::max(job.packets, span);
    }
    return jobs;
}

DecoderLayout layOutDecoders(const std::vector<DecodeJob>& jobs, int threads) {
    std::int64_t longest = 1, total = 0;
    for (const DecodeJob& job : jobs) {
        longest = std::max(longest, job.packets);
        total += job.packets;
    }
    const std::int64_t useful = std::max<std::int64_t>(1, total / longest);
    DecoderLayout layout;
    layout.decoders = static_cast<int>(std::min<std::int64_t>(useful, std::max(1, threads)));
    layout.threadsEach = std::max(1, threads / layout.decoders);
    return layout;
}

}  // namespace reelquery
