#pragma once
// Which FFmpeg the program runs with.

#include <string>

namespace reelquery {

/// The major versions of the libraries that turn a file into pictures, "59.59.57.6" for avformat,
/// avcodec, avutil and swscale: the ones loaded, which may be others than those compiled against.
std::string decoderVersions();

}  // namespace reelquery
