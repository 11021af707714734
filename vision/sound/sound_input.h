#pragma once
// An opened file of which one audio stream is read. Included only inside vision/sound.

#include <filesystem>

#include "core/base/cancel.h"
#include "vision/sound/sound_info.h"
#include "vision/video/av_handles.h"

namespace reelquery {

/// Confined to one thread. Not movable: FFmpeg keeps the address of cancel_.
class SoundInput {
  public:
    /// Opens the file and reads its header. Errors: kVideo, kCancelled.
    SoundInput(const std::filesystem::path& path, const CancelToken& cancel);
    SoundInput(const SoundInput&) = delete;
    SoundInput& operator=(const SoundInput&) = delete;

    SoundInfo info() const;

    /// Picks the stream that read() delivers; the others are discarded unread. Requires: it is one
    /// of info().tracks.
    void use(int streamIndex);

    AVStream& stream() { return *stream_; }

    /// The container's start on its own clock, in seconds: what counts as time 0.
    double startS() const;

    /// Reads the next packet of the stream. False at the end of the file or where it cannot be read
    /// further; readFailed() tells which.
    bool read(AVPacket& packet);

    bool readFailed() const { return readFailed_; }

    /// Moves to a place at or before `timeS`, counted from the container's start. False where the
    /// container cannot be searched; the position is then unchanged.
    bool seek(double timeS);

  private:
    const std::filesystem::path path_;
    const CancelToken cancel_;
    av::Input input_;
    AVStream* stream_ = nullptr;  // owned by input_
    bool readFailed_ = false;
};

}  // namespace reelquery
