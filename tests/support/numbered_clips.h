#pragma once
// Clips whose every frame carries its own number, so that a sampled frame tells which one it is.

#include <filesystem>
#include <string>

namespace at {
class Tensor;
}

namespace reelquery::clips {

/// ffmpeg's arguments for an input of `frames` frames of 192x96, numbered from `first` on: six
/// columns and two rows of blocks are the bits of the number, the lowest at the top left, on a
/// ground of slowly changing colour.
std::string numbered(int frames, int fps = 25, int first = 0);

/// H.264 with key frames every `keyEvery` frames and none elsewhere, and B frames.
std::string numberedH264(int keyEvery = 25, int bFrames = 2);

/// The number in a u8 picture [3, H, W] of any size.
int numberIn(const at::Tensor& rgb);

/// The files' bytes one after the other.
std::filesystem::path join(const std::string& name, const std::filesystem::path& first,
                           const std::filesystem::path& second);

/// Frames shown at the seconds of an expression of ffmpeg's over N, put between input and codec.
std::string shownAt(const std::string& seconds);

}  // namespace reelquery::clips
