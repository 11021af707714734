#pragma once
// Videos that exist only as facts, for tests of what is decided before a file is read.

#include <cstdint>
#include <memory>
#include <vector>

#include "vision/video/video_info.h"

namespace reelquery {

/// A video that says how long it is but lists no frames.
inline VideoInfo headerOnly(std::int64_t frames, double fps, int width = 1920, int height = 1080) {
    VideoInfo info;
    info.path = "made_up.mp4";
    info.frameCount = frames;
    info.averageFps = fps;
    info.durationS = info.pictureEndS = static_cast<double>(frames) / fps;
    info.codedWidth = info.displayWidth = width;
    info.codedHeight = info.displayHeight = height;
    return info;
}

/// A video with an exact index: frames at these times in milliseconds, a key frame every
/// `keyEvery`-th. The first time may be negative or late; it counts as 0.
inline VideoInfo indexed(const std::vector<std::int64_t>& timesMs, std::size_t keyEvery) {
    auto index = std::make_shared<FrameIndex>();
    index->tickS = 0.001;
    index->startTicks = timesMs.front();
    for (std::size_t i = 0; i < timesMs.size(); ++i) {
        index->frames.push_back({timesMs[i], static_cast<std::uint32_t>(i), i % keyEvery == 0});
    }
    const double spanS = static_cast<double>(timesMs.back() - timesMs.front()) / 1000;
    const auto frames = static_cast<std::int64_t>(timesMs.size());
    VideoInfo info = headerOnly(frames, frames > 1 ? static_cast<double>(frames - 1) / spanS : 25);
    info.index = index;
    return info;
}

/// `frames` frames, one every `stepMs`.
inline VideoInfo evenlyIndexed(std::int64_t frames, std::int64_t stepMs, std::size_t keyEvery) {
    std::vector<std::int64_t> timesMs;
    for (std::int64_t i = 0; i < frames; ++i) timesMs.push_back(i * stepMs);
    return indexed(timesMs, keyEvery);
}

}  // namespace reelquery
