#pragma once
// What the engine keeps on disk, video by video, and how to be rid of one.

#include <cstdint>
#include <map>
#include <string>

namespace reelquery {

struct SessionStorage;

/// Bytes that are kept of one video.
struct StoredVideo {
    std::int64_t featureBytes = 0;  ///< what the model saw
    std::int64_t speechBytes = 0;   ///< what was heard
};

/// By the video's content id (see contentId); under "" what cannot be told whose it is. Thread:
/// any; may wait for the disk.
std::map<std::string, StoredVideo> storedVideos(const SessionStorage& storage);

/// Removes what is kept of the video with this content id; with "" what cannot be told whose it is.
/// What the disk does not give up stays. Thread: any, also beside a running session, which then
/// finds nothing of it.
void forgetVideo(const SessionStorage& storage, const std::string& content);

/// The content id that a file of features or speech begins with; empty where it has none.
std::string contentOfName(const std::string& fileName);

}  // namespace reelquery
