#pragma once
// Vision features on disk, one file a video and plan, so that tomorrow's question encodes nothing.
// Needs no torch, so that the command line can count and clear them.
//
// Note [Feature files]
// <key>.features: magic, length of the header, header (JSON: shape, number type, frame times),
// fingerprint of the header, rows as they lie in memory (first those in place of the pads, then
// each plane of deep ones), fingerprint of the rows by pieces. Numbers are kept in the type they
// were computed in, so that a later answer is the same to the last bit. Written and read a piece at
// a time, with a look at the stop flag between pieces, and on a card without a second copy of the
// rows in host memory. A file is written under another name and renamed when it is whole, so a kill
// or a stop in the middle leaves no file of this name; sizes and both fingerprints are checked on
// reading, so a damaged one is noticed and removed. The time of last use is the file's modification
// time; the longest unused go first when the folder would grow above its cap. Nothing else in the
// folder is touched.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/base/cancel.h"
#include "core/device/compute_target.h"

namespace reelquery {

struct VideoFeatures;

/// A folder of feature files. Confined to the engine thread; other processes may use the folder at
/// the same time. Throws for a stop and for memory that is refused, never for what the disk does.
class FeatureFiles {
  public:
    /// An empty folder path: nothing is stored or found. The folder is made on first use.
    /// afterPiece: runs after every piece that was written or read; a test's slow disk.
    FeatureFiles(std::filesystem::path folder, std::int64_t maxBytes,
                 std::function<void()> afterPiece = {});

    /// Whether there is a file of this key; it is not looked into.
    bool has(const std::string& key) const;

    /// The features of this key on the target's device, or null. A damaged file is removed and
    /// `note` says so. Errors: kCancelled (within a piece); torch's where memory is refused.
    std::shared_ptr<VideoFeatures> load(const std::string& key, const ComputeTarget& target,
                                        std::string& note, const CancelToken& cancel) const;

    /// Keeps the features, removing the longest unused to make room. What the disk refuses is said
    /// in `note` and leaves no file behind. Errors: kCancelled (within a piece), no file either.
    void store(const std::string& key, const VideoFeatures& features, std::string& note,
               const CancelToken& cancel) const;

  private:
    std::filesystem::path fileOf(const std::string& key) const;
    bool makeRoom(std::int64_t bytes) const;
    void endPiece(const CancelToken& cancel) const;

    std::filesystem::path folder_;
    std::int64_t maxBytes_;
    std::function<void()> afterPiece_;
};

struct StoredFeatures {
    int videos = 0;  ///< files; one for each video and choice of frames
    std::int64_t bytes = 0;
};

/// Counts the feature files of a folder; nothing where there is no such folder. Thread: any.
StoredFeatures storedFeatures(const std::filesystem::path& featureFolder);

/// Removes them and returns what was removed. Other files stay. Thread: any.
StoredFeatures clearStoredFeatures(const std::filesystem::path& featureFolder);

}  // namespace reelquery
