#include "vision/video/decode_schedule.h"

#include <algorithm>

#include "core/base/error.h"

namespace reelquery {
namespace {

DecodeJob jobFromKey(const FrameIndex& index, std::size_t key) {
    DecodeJob job;
    const IndexedFrame& start = index.frames[key];
    job.startsAtBeginning = key == 0;
    job.seekTicks = start.ptsTicks;
    if (start.isKey && index.isExact()) job.startPts = start.ptsTicks;
    return job;
}

}  // namespace

std::vector<DecodeJob> scheduleJobs(const FramePlan& plan, const FrameIndex& index) {
    std::vector<DecodeJob> jobs;
    std::optional<std::size_t> lastKey, lastPosition;
    for (const WantedFrame& wanted : plan.wanted) {
        const std::size_t position = wanted.indexPosition;
        ENSURE(position < index.frames.size(), "the plan was made from another index");
        ENSURE(index.isExact() || wanted.takeKeyFrame, "exact frames need an exact index");
        if (lastPosition == position) continue;
        lastPosition = position;
        const std::size_t key = index.isExact() ? startKeyFor(index, position) : position;
        if (lastKey != key) jobs.push_back(jobFromKey(index, key));
        lastKey = key;
        DecodeJob& job = jobs.back();
        const IndexedFrame& frame = index.frames[position];
        job.targets.push_back({wanted.wantedS, std::nullopt});
        if (index.isExact()) job.targets.back().ptsTicks = frame.ptsTicks;
        const auto span = std::int64_t{frame.decodeOrder} - index.frames[key].decodeOrder + 1;
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
