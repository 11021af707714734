#pragma once
// The hub's cache on disk, in the layout that its own tools read and write:
//   models--OWNER--NAME/blobs/DIGEST            contents
//   models--OWNER--NAME/snapshots/COMMIT/FILE   links to them
//   models--OWNER--NAME/refs/REVISION           the commit
// A snapshot made here appears whole: its links stand in another folder until all of them are
// there.

#include <filesystem>
#include <string>
#include <vector>

#include "core/fetch/hub_listing.h"

namespace reelquery {

/// HF_HUB_CACHE, else HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub.
/// Thread: main. Errors: kUsage where there is no home.
std::filesystem::path hubCacheFolder();

/// One model's folder in a cache. Thread: one; processes keep out of each other's way by locks.
class HubCache {
  public:
    HubCache(std::filesystem::path cache, const std::string& repository);

    const std::filesystem::path& folder() const { return folder_; }

    /// Where a file's content is or will be, and where it is while it is fetched.
    std::filesystem::path blob(const HubFile& file) const;
    std::filesystem::path unfinished(const HubFile& file) const;

    /// Whether the content is there, of the right size: it was verified before it got its name.
    bool holds(const HubFile& file) const;

    /// Makes the folders. Errors: kModel where the disk does not take them.
    void prepare() const;

    /// Names the contents, which must all be there, by one snapshot, which then is the revision's.
    /// Returns its folder. Errors: kModel.
    std::filesystem::path publish(const HubListing& listing, const std::vector<HubFile>& files,
                                  const std::string& revision) const;

    /// Bytes that the cache's disk has free.
    std::int64_t freeBytes() const;

  private:
    std::filesystem::path folder_;
};

/// Keeps other processes, the hub's own tools included, from fetching the same content; released
/// with the object.
class HubLock {
  public:
    /// Errors: kModel where another process has it.
    HubLock(const std::filesystem::path& cache, const std::string& repository, const HubFile& file);
    ~HubLock();
    HubLock(const HubLock&) = delete;
    HubLock& operator=(const HubLock&) = delete;

  private:
    int descriptor_ = -1;
};

}  // namespace reelquery
