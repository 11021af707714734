#pragma once
// The frames the model sees of a file, without torch or FFmpeg in the header.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/session/events.h"

namespace reelquery {

/// R, G, B, row by row.
struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;
};

struct ModelFrame {
    double timeS = 0;
    Picture picture;
};

struct ModelView {
    VideoSummary summary;
    std::vector<ModelFrame> frames;
};

/// `frames` frames taken exactly, spread over the file.
ModelView modelView(const std::filesystem::path& file, int frames);

/// Absolute differences in code values.
struct PictureDifference {
    double mean = 0;
    double percentile99 = 0;
};

/// After `other` was resized as the model's frames are.
PictureDifference differenceTo(const Picture& model, const Picture& other);

}  // namespace reelquery
