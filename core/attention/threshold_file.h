#pragma once
// Thresholds for every layer and head, as `reelquery calibrate` writes them.
//
// {"format": "reelquery-thresholds", "version": 1, "model": "...", "stride": 16, "coverage": 0.9,
//  "layers": 28, "heads": 28, "thresholds": [[0.93, ...], ...]}

#include <filesystem>
#include <string>
#include <vector>

namespace reelquery {

struct ThresholdTable {
    std::string model;    ///< what was calibrated, for people
    int stride = 16;      ///< S they were measured with; they mean nothing for another
    double coverage = 0;  ///< share of the true attention mass they were chosen for
    std::vector<std::vector<float>> perLayer;  ///< [layers][Hq], each in [0, 1]

    /// Requires 0 <= index < layers.
    const std::vector<float>& layer(int index) const {
        return perLayer[static_cast<std::size_t>(index)];
    }
};

/// Errors: Error{kUsage} naming the file and the field when it cannot be read, is not such a file
/// or holds values out of range.
ThresholdTable readThresholds(const std::filesystem::path& path);

/// Errors: Error{kUsage} when the file cannot be written.
void writeThresholds(const std::filesystem::path& path, const ThresholdTable& table);

/// Throws Error{kUsage} unless the table fits a model and a stride.
void checkThresholds(const ThresholdTable& table, const std::filesystem::path& path, int layers,
                     int heads, int stride);

}  // namespace reelquery
