#pragma once
// Frames as JPEG files in memory, for programs that take pictures.

#include <ATen/core/Tensor.h>

#include <string>

namespace reelquery {

/// rgb: u8 [3, H, W], contiguous. Quality as `ffmpeg -q:v 2`, colours at full size (4:4:4). Thread:
/// any. Errors: kVideo where FFmpeg has no encoder for it.
std::string jpegOf(const at::Tensor& rgb);

}  // namespace reelquery
