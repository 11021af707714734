#pragma once
// The preprocessor files of a model folder. Internal to core/spec; see model_config.h.

#include <filesystem>

#include "core/spec/model_spec.h"
#include "core/spec/vision_config.h"

namespace reelquery {

struct PixelConfigs {
    PixelConfig pictures, videos;
};

/// Pictures: preprocessor_config.json, else "image_processor" of processor_config.json. Videos, in
/// families that keep them apart: video_preprocessor_config.json, else "video_processor" of
/// processor_config.json, else the pictures' means with the family's sizes. What no file says is
/// the family's. Errors: kModel for values that make no sense or do not fit the tower.
PixelConfigs readPixelConfigs(const std::filesystem::path& folder, const ModelSpec& spec,
                              const VisionConfig& vision);

}  // namespace reelquery
