#pragma once
// A prompt of a golden file: ids, positions and features as the language model takes them, with the
// reference's values beside.

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/device/vision_features.h"
#include "core/model/mrope.h"
#include "core/spec/model_config.h"

namespace reelquery::golden {

/// A picture or video of the prompt, in its order.
struct GoldenMedium {
    bool isImage = false;
    PatchGrid grid;
    at::Tensor frames;               ///< u8 [T, 3, height, width], resized
    std::vector<double> pairTimesS;  ///< [grid.t] of a video
};

struct GoldenPrompt {
    std::map<std::string, at::Tensor> values;
    std::vector<TokenId> ids;
    std::vector<GoldenMedium> media;
    MropePositions positions;  ///< ours; a video's frame pairs are runs of their own
    VisionFeatures features;   ///< the reference's, deep ones included

    std::int64_t length() const { return static_cast<std::int64_t>(ids.size()); }
};

/// Of a Qwen3-VL golden file. Throws where the file is missing or its keys are others.
GoldenPrompt readQwen3Prompt(const std::filesystem::path& file, const ModelConfig& config);

/// The golden files of a Qwen3-VL folder: a video, a picture, and both mixed with words.
const std::vector<std::string>& qwen3PromptFiles();

}  // namespace reelquery::golden
