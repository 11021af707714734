#pragma once
// Vision features on disk, one file a video and plan, so that tomorrow's question encodes nothing.
//
// Note [Feature files]
// <key>.features: magic, length of the header, header (JSON: shape, number type, frame times,
// fingerprint of the rows), fingerprint of the header, rows as they lie in memory. A file is
// written under another name and renamed when it is whole, so a kill in the middle leaves no file
// of this name; sizes and both fingerprints are checked on reading, so a damaged one is noticed and
// removed. The time of last use is the file's modification time; the longest unused go first when
// the folder would grow above its cap. Nothing else in the folder is touched.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/session/watch/video_features.h"

namespace reelquery {

/// A folder of feature files. Confined to the engine thread; other processes may use the folder at
/// the same time. Never throws for what the disk does.
class FeatureFiles {
  public:
    /// An empty folder path: nothing is stored or found. The folder is made on first use.
    FeatureFiles(std::filesystem::path folder, std::int64_t maxBytes);

    /// Whether there is a file of this key; it is not looked into.
    bool has(const std::string& key) const;

    /// The features of this key on the CPU, or null. A damaged file is removed and `note` says so.
    std::shared_ptr<VideoFeatures> load(const std::string& key, std::string& note) const;

    /// Keeps the features, removing the longest unused to make room. What the disk refuses is said
    /// in `note` and leaves no file behind.
    void store(const std::string& key, const VideoFeatures& features, std::string& note) const;

  private:
    std::filesystem::path fileOf(const std::string& key) const;
    bool makeRoom(std::int64_t bytes) const;

    std::filesystem::path folder_;
    std::int64_t maxBytes_;
};

}  // namespace reelquery
