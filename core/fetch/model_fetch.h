#pragma once
// A model from the hub into its cache: whole and verified, or clearly not there.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/fetch/hub_cache.h"
#include "core/fetch/hub_listing.h"

namespace reelquery {

/// What is asked for.
struct FetchWish {
    std::string repository;         ///< "OWNER/NAME"
    std::string revision = "main";  ///< branch, tag or commit
    std::string gguf;               ///< of a repository in GGUF: which file
    HubAccess access;
    std::filesystem::path cache;  ///< see hubCacheFolder
};

/// What it takes.
struct FetchPlan {
    HubListing listing;
    std::vector<HubFile> files;  ///< all that are needed
    std::int64_t bytes = 0, missingBytes = 0;
    std::int64_t freeBytes = 0;  ///< of the cache's disk
    bool fitsOnDisk() const;
};

/// Asks the hub; fetches nothing. Errors: as fetchListing and neededFiles.
FetchPlan planFetch(const FetchWish& wish, const CancelToken& cancel);

struct FetchProgress {
    std::int64_t doneBytes = 0, totalBytes = 0;  ///< of all files, what was there before included
    std::string file;                            ///< the one that comes now
};

/// Fetches what is missing, small files first, and makes the snapshot. Goes on where an earlier
/// call stopped, in this process or another, and by itself after a cut as long as bytes come. Every
/// file's digest is compared before it gets its name. A model of a family that cannot be run is
/// refused before its weights are fetched, unless `takeAnyway`. Returns the snapshot's folder.
/// Errors: kMemory where the disk has no room, kModel, WebFailure, kCancelled within 0.5 s; what
/// was fetched stays for the next call.
std::filesystem::path fetchModel(const FetchWish& wish, const FetchPlan& plan, bool takeAnyway,
                                 const std::function<void(const FetchProgress&)>& progress,
                                 const CancelToken& cancel);

}  // namespace reelquery
