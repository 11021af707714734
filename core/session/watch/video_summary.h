#pragma once
// What the window shows about a video that was opened.

#include <filesystem>

#include "core/base/cancel.h"
#include "core/session/events.h"

namespace reelquery {

/// Probes the file. Errors: kVideo, kCancelled.
VideoSummary summarizeVideo(const std::filesystem::path& path, const CancelToken& cancel);

}  // namespace reelquery
