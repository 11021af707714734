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
    static constexpr int kMainStream = -1;

    /// Opens the file and reads its header. A stop request ends blocking reads. `streamIndex`: of
    /// the pictures.
    /// Errors: kVideo naming what is wrong; kCancelled.
    MediaInput(const std::filesystem::path& path, const CancelToken& cancel,
               int streamIndex = kMainStream);
    MediaInput(const MediaInput&) = delete;
    MediaInput& operator=(const MediaInput&) = delete;

    const std::filesystem::path& path() const { return path_; }

    const CancelToken& cancel() const { return cancel_; }

    AVFormatContext& format() { return *input_; }

    AVStream& stream() { return *stream_; }

    const AVCodec& decoder() const { return *decoder_; }

    /// Reads the next packet of the stream. Returns false at the end of the file or where it
    /// cannot be read further; readFailed() tells which.
    bool read(AVPacket& packet);

    bool readFailed() const { return readFailed_; }

    /// The same, but hands on packets of sound too once includeSound was called.
    bool readAny(AVPacket& packet);

    /// From now on readAny reads sound, too.
    void includeSound();

    /// Moves to the last key frame at or before the time stamp. Returns false when the container
    /// cannot be searched; the position is then unchanged.
    bool seek(std::int64_t ptsTicks);

    /// Moves to a byte of the file. Returns false when the container cannot be entered anywhere.
    bool seekToByte(std::int64_t position);

    /// What a player's clock starts from, in ticks of the picture stream: the start of the file,
    /// so of sound or picture, whichever is first. See Note [Time stamps].
    std::int64_t startTicks() const;

    /// MPEG transport and program streams, which keep a clock that may jump.
    bool isBroadcast() const;

    /// False for program streams, where a packet may begin in the middle of the container's.
    bool beginsPacketsWhole() const;

    /// H.264 and HEVC without a container, which keep no times.
    bool isElementary() const;

  private:
    void open(bool isPatient);
    bool pickStream();
    bool next(AVPacket& packet);

    const std::filesystem::path path_;
    const CancelToken cancel_;
    const int wantedStream_;
    av::Input input_;
    AVStream* stream_ = nullptr;        // owned by input_
    const AVCodec* decoder_ = nullptr;  // static data of libavcodec
    bool readFailed_ = false;
};

}  // namespace reelquery
