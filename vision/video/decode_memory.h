#pragma once
// What decoding holds in memory, from what the header says. Pure.

#include <cstdint>

#include "core/base/run_options.h"
#include "vision/video/frame_size.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Decoders side by side never hold more than this together; a single one may, since nothing can be
/// seen of the video without it.
inline constexpr std::int64_t kMostDecodingBytes = std::int64_t{2} << 30;

/// Threads that sampling spends where it is not told: one per processor, at most 32.
int defaultDecodingThreads();

/// Finished frames that may wait for whoever encodes, so that decoding goes on while it does other
/// work: 32 at least, else as many as take 48 MiB, at most 256.
int waitingFrames(const FrameSize& size);

/// Bytes of the frames that wait, of which OrderedFrames may hold twice as many.
std::int64_t waitingBytes(const FrameSize& size);

/// Bytes of one decoder on `threads` threads with what turns its pictures into the model's frames:
/// the pictures that the codec keeps for reference and reordering, the full-size RGB picture, and
/// the planes of the resize.
std::int64_t decoderBytes(const VideoInfo& info, int threads = 1);

/// Threads that decoding may spend, at most `threads`, so that decoders keep kMostDecodingBytes.
int decodingThreads(const VideoInfo& info, int threads);

/// What decoding holds at the most when it may spend `threads` threads.
std::int64_t decodingBytes(const VideoInfo& info, int threads);

/// Decoders that a card's engine may run side by side. An H200 has seven engines, a card for games
/// one to three, which take decoders in turn.
inline constexpr int kMostCardDecoders = 6;

/// Of a card's memory, all its decoders together.
inline constexpr std::int64_t kMostCardBytes = std::int64_t{1} << 30;

/// Frames of a card that are held outside the codec: in hand, standing in, waiting, and those
/// beside an interlaced one.
inline constexpr int kCardFramesOutside = 8;

/// Bytes of a card's memory that one decoder there holds, as FFmpeg 5.1 asks for them: the pictures
/// of the codec and those that are held outside, each once for decoding and once as handed out.
std::int64_t cardDecoderBytes(const VideoInfo& info);

/// Decoders on the card that the model runs on, as many as fit `freeBytes` of it. kAuto: none for
/// formats in which the processor was as fast (vision/NOTES.md).
int cardDecoders(const VideoInfo& info, DecodeChoice choice, std::int64_t freeBytes);

}  // namespace reelquery
