#pragma once
// What the window shows about a video that was opened.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/base/cancel.h"
#include "core/session/events.h"

namespace reelquery {

/// Probes the file; onScan hears of one that has to be read through. `videoTrack`: as in
/// AskRequest. Errors: kVideo, kUsage (no such track), kCancelled.
VideoSummary summarizeVideo(const std::filesystem::path& path, const CancelToken& cancel,
                            int videoTrack = 0,
                            const std::function<void(std::int64_t, std::int64_t)>& onScan = {});

}  // namespace reelquery
