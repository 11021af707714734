#pragma once
// Opens a video or picture and finds out what is in it. Decodes nothing but a still picture.

#include <cstdint>
#include <filesystem>

#include "core/base/cancel.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Silences FFmpeg's own log, which would write to stderr. Call once from main, before other
/// threads start.
void initVideoLibrary();

/// Files up to this size are read through when they are opened, which takes a fraction of a second
/// even from a slow disk.
inline constexpr std::int64_t kScanOnOpenBytes = std::int64_t{64} << 20;

/// Reads what the header says; files up to scanBytes are also read through for their exact frame
/// times, so only larger ones are left with estimates.
/// `videoTrack`: of a file with several 1, 2, ... in its order; 0: the main one.
/// A folder's pictures, or a pack's, are a video as picture_list.h says.
/// Thread: any. Errors: kVideo naming the file and what is wrong with it; kUsage for a track that
/// is not there; kCancelled.
VideoInfo probeVideo(const std::filesystem::path& path, const CancelToken& cancel = {},
                     std::int64_t scanBytes = kScanOnOpenBytes, int videoTrack = 0,
                     const ScanProgress& progress = {});

/// Reads all packets, decoding none, so that `index` holds every frame's real time stamp; returns
/// `info` with frame count and duration corrected. Returns it unchanged when that is already so.
/// Before an exact plan of a large file this makes the planned frames final; sampleFrames does it
/// itself where it was left out.
/// Thread: any. Errors: kVideo, kCancelled.
VideoInfo indexFrames(VideoInfo info, const CancelToken& cancel = {},
                      const ScanProgress& progress = {});

}  // namespace reelquery
