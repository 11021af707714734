#include "vision/video/scan_memo.h"

namespace reelquery {

std::optional<VideoInfo> ScanMemo::find(const FileStamp& stamp, const VideoInfo& info) {
    const std::lock_guard lock(mutex_);
    for (const auto& [file, known] : known_) {
        if (file != stamp || known.streamIndex != info.streamIndex) continue;
        VideoInfo found = known;
        found.path = info.path;  // another name of the same file
        return found;
    }
    return std::nullopt;
}

void ScanMemo::keep(const FileStamp& stamp, const VideoInfo& info) {
    if (!isSettled(stamp)) return;
    const std::lock_guard lock(mutex_);
    known_.emplace_front(stamp, info);
    if (known_.size() > kMost) known_.pop_back();
}

}  // namespace reelquery
