#include "vision/video/listed_picture.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

#include "core/base/error.h"
#include "vision/video/frame_converter.h"
#include "vision/video/media_input.h"
#include "vision/video/still_picture.h"

namespace reelquery {

namespace {

/// A frame's bytes as a file of their own: the file it is, or a copy in memory without a name.
class OwnFile {
  public:
    explicit OwnFile(const ListedFrame& frame) : path_(frame.file) {
        if (frame.bytes < 0) return;
        copy_ = ::memfd_create("picture", MFD_CLOEXEC);
        const int from = ::open(frame.file.c_str(), O_RDONLY | O_CLOEXEC);
        const bool isCopied = copy_ >= 0 && from >= 0 && copyBytes(from, frame.at, frame.bytes);
        if (from >= 0) ::close(from);
        if (!isCopied) {
            if (copy_ >= 0) ::close(copy_);
            throw std::bad_alloc();
        }
        path_ = "/proc/self/fd/" + std::to_string(copy_);
    }

    ~OwnFile() {
        if (copy_ >= 0) ::close(copy_);
    }

    OwnFile(const OwnFile&) = delete;
    OwnFile& operator=(const OwnFile&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    bool copyBytes(int from, std::int64_t at, std::int64_t bytes) const {
        std::array<char, 64 << 10> piece;
        while (bytes > 0) {
            const auto most = std::min<std::int64_t>(bytes, std::ssize(piece));
            const ssize_t got = ::pread(from, piece.data(), static_cast<std::size_t>(most), at);
            if (got <= 0 || ::write(copy_, piece.data(), static_cast<std::size_t>(got)) != got) {
                return false;
            }
            at += got;
            bytes -= got;
        }
        return true;
    }

    std::filesystem::path path_;
    int copy_ = -1;
};

/// A picture as it was decoded, with how it is to be shown.
struct DecodedPicture {
    av::Frame frame = av::makeFrame();
    Orientation orientation;
    ListedShape shape;

    DecodedPicture(const ListedFrame& listed, const CancelToken& cancel) {
        const OwnFile file(listed);
        MediaInput input(file.path(), cancel);
        orientation = decodeStillPicture(input, *frame);
        const double aspect =
            av_q2d(av_guess_sample_aspect_ratio(&input.format(), &input.stream(), frame.get()));
        shape.shown = displaySize({frame->height, frame->width}, aspect, orientation);
        shape.codec = avcodec_get_name(input.stream().codecpar->codec_id);
    }
};

/// The largest size of the picture's shape inside the canvas.
FrameSize inside(FrameSize shown, FrameSize canvas) {
    const double scale = std::min(static_cast<double>(canvas.width) / shown.width,
                                  static_cast<double>(canvas.height) / shown.height);
    const auto side = [scale](int length, int most) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), 1, most);
    };
    return {side(shown.height, canvas.height), side(shown.width, canvas.width)};
}

}  // namespace

bool isSameShape(FrameSize one, FrameSize other) {
    constexpr double kRounding = 0.03;
    const double ratio = static_cast<double>(one.width) * other.height /
                         (static_cast<double>(one.height) * other.width);
    return std::abs(ratio - 1) < kRounding;
}

ListedShape shapeOfListed(const ListedFrame& frame, const CancelToken& cancel) {
    return DecodedPicture(frame, cancel).shape;
}

at::Tensor readListed(const ListedFrame& frame, FrameSize shape, FrameSize canvas,
                      const CancelToken& cancel) {
    const DecodedPicture picture(frame, cancel);
    const bool fills = isSameShape(picture.shape.shown, shape);
    const FrameSize size = fills ? canvas : inside(picture.shape.shown, canvas);
    FrameConverter converter(size, picture.orientation);
    at::Tensor rgb = converter.convert({.frame = *picture.frame, .isFirst = true});
    if (size == canvas) return rgb;
    at::Tensor whole = at::zeros({3, canvas.height, canvas.width}, at::kByte);
    whole.narrow(1, (canvas.height - size.height) / 2, size.height)
        .narrow(2, (canvas.width - size.width) / 2, size.width)
        .copy_(rgb);
    return whole;
}

}  // namespace reelquery
