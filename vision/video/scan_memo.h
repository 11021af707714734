#pragma once
// What reading a file through has shown, for as long as the file is untouched.

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/file_stamp.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Remembers the last few files: a question plans, watches and answers about the same one. Thread:
/// any.
class ScanMemo {
  public:
    /// What was kept of the file and the stream of `info`.
    std::optional<VideoInfo> find(const FileStamp& stamp, const VideoInfo& info);

    /// Keeps it where the stamp is settled.
    void keep(const FileStamp& stamp, const VideoInfo& info);

  private:
    static constexpr std::size_t kMost = 3;  // an index of two hours takes 10 MB

    std::mutex mutex_;
    std::deque<std::pair<FileStamp, VideoInfo>> known_;  // guarded by mutex_; the latest first
};

}  // namespace reelquery
