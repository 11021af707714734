#pragma once
// What a card needs, fetched into the user's own folder.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/fetch/gpu_wheels.h"
#include "core/fetch/model_fetch.h"

namespace reelquery {

struct GpuSetupWish {
    std::filesystem::path folder;  ///< see gpuHalfFolder
    std::vector<GpuWheel> wheels;
    std::string host;  ///< of the files; no slash at its end
    std::filesystem::path certificates;
};

/// Into the user's folder from PyPI's host of files, or from REELQUERY_WHEELS, a copy of it.
/// Thread: main. Errors: kUsage where there is no home.
GpuSetupWish usualGpuSetup();

struct GpuSetupPlan {
    std::vector<GpuWheel> missing;
    std::int64_t bytes = 0, missingBytes = 0;  ///< to fetch
    std::int64_t diskBytes = 0;                ///< needed at most while it runs
    std::int64_t freeBytes = 0;                ///< of the folder's disk

    bool fitsOnDisk() const;
};

/// Looks at the folder only. Thread: any.
GpuSetupPlan planGpuSetup(const GpuSetupWish& wish);

/// Whether all of it is there. Thread: any.
bool isGpuHalfHere(const std::filesystem::path& folder);

/// Fetches what is missing wheel by wheel, compares its hash, and takes the libraries out; a wheel
/// goes once that is done. An earlier call is gone on from. Only at the end the folder counts as
/// complete. Errors: kMemory where the disk has no room, kModel (another program is at it, hashes),
/// WebFailure, kCancelled within 0.5 s.
void runGpuSetup(const GpuSetupWish& wish, const GpuSetupPlan& plan,
                 const std::function<void(const FetchProgress&)>& progress,
                 const CancelToken& cancel);

}  // namespace reelquery
