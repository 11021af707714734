#pragma once
// Thresholds per layer and head from a folder of clips.

#include <filesystem>
#include <functional>
#include <string>

#include "core/session/session.h"

namespace reelquery {

/// What to calibrate thresholds on, and for what.
struct CalibrationRequest {
    std::filesystem::path videos;  ///< folder of clips; other files are left out
    std::filesystem::path out;     ///< the threshold file
    std::string question = "Describe this video.";
    ModelChoice model;
    SamplingOptions sampling;
    int stride = 16;
    double coverage = 0.9;
};

/// Called after each file; `leftOut` says why it was none to calibrate with, or is empty.
using CalibrationProgress =
    std::function<void(const std::string& clip, int done, int total, const std::string& leftOut)>;

/// Reads every clip densely and writes, per layer and head, the smallest threshold whose blocks
/// hold the wanted share of the true attention mass on all of them. Files that cannot be read as a
/// video are left out. Returns the number of clips. Thread: any; blocks. Errors: Error{kUsage} for
/// a folder without clips or an unwritable `out`, else as a question about each clip.
int calibrateThresholds(const CalibrationRequest& request, const CalibrationProgress& progress);

}  // namespace reelquery
