#pragma once
// Test clips drawn by the ffmpeg command, and the frames that command extracts from them: the
// oracle for everything vision/video delivers. Needs `ffmpeg` and `ffprobe` on PATH.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace reelquery::clips {

/// Folder the clips are kept in, below the build folder; made when missing.
std::filesystem::path folder();

/// The clip of that name, made on first use by `ffmpeg ARGUMENTS OUTPUT`. Several test programs may
/// ask at once. Throws std::runtime_error with the command when it fails.
std::filesystem::path make(const std::string& name, const std::string& arguments);

/// A file of that name holding these bytes.
std::filesystem::path write(const std::string& name, const std::string& bytes);

/// All bytes of a file.
std::string bytesOf(const std::filesystem::path& file);

/// ffmpeg's arguments for a drawn moving picture of 224x168 at 25 frames a second.
std::string drawn(double seconds);

// The clips that more than one test looks at.
std::filesystem::path h264();          ///< 3 s, mp4, a key frame a second, B frames
std::filesystem::path rotated();       ///< the same with a display matrix of a quarter turn
std::filesystem::path variableRate();  ///< frames at uneven times
std::filesystem::path editList();      ///< mp4 whose edit list cuts into a group of pictures
std::filesystem::path oneFrame();
std::filesystem::path still();   ///< png
std::filesystem::path hdrPq();   ///< HEVC, 10 bit, BT.2020 primaries, PQ
std::filesystem::path hdrHlg();  ///< the same in HLG, without colour

/// What the ffmpeg command makes of a file.
struct Reference {
    std::vector<std::int64_t> ptsTicks;  ///< as ffprobe prints them, in the stream's time base
    std::vector<at::Tensor> rgb;         ///< u8 [3, H, W], full size, turned upright
};

/// Every shown frame. filter: inserted with -vf, may be empty. width, height: of the result.
Reference reference(const std::filesystem::path& clip, int width, int height,
                    const std::string& filter = {});

/// torchvision's resize of a u8 picture: antialiased bicubic in float32, clamped, rounded.
at::Tensor resized(const at::Tensor& rgb, int height, int width);

/// Mean absolute difference of two u8 pictures of one size, in code values.
double meanDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace reelquery::clips
