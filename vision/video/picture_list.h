#pragma once
// Still pictures with times, looked at as a video is: a folder of them, or a pack of what a message
// carried.
//
// Note [Pictures as a video]
// A list is laid out in pairs, as the models take frames. A still is a pair by itself, shown twice,
// which is how the families' own code reads a picture: two that have nothing to do with each other
// would be mixed into one time step. Frames that somebody took from a video stay the pairs they
// came in. Pairs are never torn: they are chosen, decoded and left out as a whole. Every frame gets
// the size of the shape that most pictures have; others stand inside it between black bars.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "vision/video/frame_size.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// One frame: where its bytes lie and when it is shown.
struct ListedFrame {
    std::filesystem::path file;
    std::int64_t at = 0;      ///< of its bytes in the file
    std::int64_t bytes = -1;  ///< -1: the whole file
    double timeS = 0;
    std::string name;  ///< for a message

    bool isSamePicture(const ListedFrame& other) const {
        return file == other.file && at == other.at;
    }
};

struct PictureList {
    std::vector<ListedFrame> frames;   ///< an even number in time order; none: words alone
    std::vector<std::string> leftOut;  ///< names of pictures that are none or cannot be read
};

/// Whether `path` is looked at as a list: a folder, or a pack (core/base/picture_pack.h).
bool isPictureList(const std::filesystem::path& path);

/// As probeVideo, for a list. Stills of a folder are a second apart, in natural order of their
/// names. Reads every picture's header and decodes a few. Errors: kVideo for a folder without a
/// picture that can be read, naming those that cannot; kCancelled.
VideoInfo probePictures(const std::filesystem::path& path, const CancelToken& cancel);

/// "2 pictures were left out, they cannot be read: a.jpg, b.png"; empty for none.
std::string leftOutText(const std::vector<std::string>& names);

/// Decodes one picture, upright, between black bars where its shape is not `shape`'s.
/// u8 [3, canvas.height, canvas.width]. Errors: kVideo, kCancelled.
at::Tensor readListed(const ListedFrame& frame, FrameSize shape, FrameSize canvas,
                      const CancelToken& cancel);

}  // namespace reelquery
