#pragma once
// Decoding on a graphics card's video engine, by FFmpeg's CUDA device. Included only inside
// vision/video.
//
// Note [Frames from a card]
// H.264, HEVC, VP9 and AV1 say to the last bit what a picture is, so a card's engine gives the
// pixels that the processor's decoder gives. It lays them out otherwise (chroma in pairs, 10 bits
// in the upper ones), and the scaler rounds that layout otherwise: planes are put apart here, and
// everything behind sees what it always saw. Only wanted frames leave the card's memory.
// A damaged stream is patched up by each decoder in its own way, and a card does not say where: a
// decoder that meets an error on the card does that job anew on the processor, and all after it.

#include <memory>
#include <string>

#include "vision/video/av_handles.h"

namespace reelquery {

/// A card with a video engine. Shared by decoders on any threads.
class VideoCard {
  public:
    /// Takes the CUDA device `ordinal` with the context that the process already has on it. Empty
    /// where there is none, or FFmpeg has no decoder of the codec for it. codec: FFmpeg's name.
    static std::shared_ptr<const VideoCard> openFor(const std::string& codec, int ordinal);

    VideoCard(const VideoCard&) = delete;
    VideoCard& operator=(const VideoCard&) = delete;

    ~VideoCard() { av_buffer_unref(&device_); }

    AVBufferRef& device() const { return *device_; }

  private:
    explicit VideoCard(AVBufferRef* device) : device_(device) {}

    AVBufferRef* device_;
};

/// FFmpeg's decoder that gives a codec's work to a card; nullptr where there is none.
const AVCodec* cardDecoder(AVCodecID codec);

/// Whether the picture lies in a card's memory.
bool isOnCard(const AVFrame& frame);

/// Whether hereAs() can lay out a picture of a card as `format`.
bool canComeHereAs(const AVFrame& frame, AVPixelFormat format);

/// A copy in the machine's memory with all that the frame says of itself.
/// format: what the processor's decoder makes of the stream. Requires canComeHereAs().
/// Errors: kVideo; std::bad_alloc.
av::Frame hereAs(const AVFrame& frame, AVPixelFormat format);

}  // namespace reelquery
