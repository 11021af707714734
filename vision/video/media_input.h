#pragma once
// An opened file with its picture stream picked. Included only inside vision/video.

#include <filesystem>
#include <string>

#include "core/base/cancel.h"
#include "vision/video/av_handles.h"

namespace reelquery {

/// A demuxer that delivers the packets of one picture stream; the others are discarded unread.
/// Confined to one thread. Not movable: FFmpeg keeps the address of cancel_.
class MediaInput {
  public:
    /// Opens the file and reads its header. A stop request ends blocking reads.
    /// Errors: kVideo naming what is wrong; kCancelled.
    MediaInput(const std::filesystem::path& path, const CancelToken& cancel);
    MediaInput(const MediaInput&) = delete;
    MediaInput& operator=(const MediaInput&) = delete;

    AVFormatContext& format() { return *input_; }

    AVStream& stream() { return *stream_; }

    const AVCodec& decoder() const { return *decoder_; }

    /// Reads the next packet of the stream. Returns false at the end of the file or where it
    /// cannot be read further; readFailed() tells which.
    bool read(AVPacket& packet);

    bool readFailed() const { return readFailed_; }

    /// Moves to the last key frame at or before the time stamp. Returns false when the container
    /// cannot be searched; the position is then unchanged.
    bool seek(std::int64_t ptsTicks);

  private:
    void open();
    void pickStream();

    const std::filesystem::path path_;
    const CancelToken cancel_;
    av::Input input_;
    AVStream* stream_ = nullptr;        // owned by input_
    const AVCodec* decoder_ = nullptr;  // static data of libavcodec
    bool readFailed_ = false;
};

}  // namespace reelquery
