#include "vision/video/decode_memory.h"

#include <algorithm>
#include <thread>

namespace reelquery {
namespace {

/// Kept for the frame in hand, the stand-in and the frames beside an interlaced one.
constexpr std::int64_t kPicturesInHand = 2, kPicturesBeside = 6;
/// 8-bit RGB and the float planes that the first picture is checked with; 16-bit RGB and float
/// planes twice, as decoded and turned, for HDR.
constexpr std::int64_t kRgbBytes = 3 + 12, kHdrBytes = 6 + 24;

/// What does not grow with the picture, or hardly: the decoder's tables, rows that are resized one
/// way, what the allocator holds back. As measured, with the above, on 4K and 8K clips of H.264,
/// HEVC, AV1, VP9, ProRes and Motion JPEG: the peak was 0.8 to 1.15 of decoderBytes, less where a
/// stream keeps fewer pictures than its level lets it.
constexpr std::int64_t kOtherBytes = std::int64_t{24} << 20;

constexpr int kMostThreads = 32;

constexpr int kLeastWaiting = 32, kMostWaiting = 256;
constexpr std::int64_t kWaitingBytes = std::int64_t{48} << 20;

/// Of one finished frame, 8-bit RGB.
std::int64_t frameBytes(const FrameSize& size) {
    return std::int64_t{3} * size.width * size.height;
}

}  // namespace

int defaultDecodingThreads() {
    return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
}

int waitingFrames(const FrameSize& size) {
    const std::int64_t fitting = kWaitingBytes / std::max<std::int64_t>(frameBytes(size), 1);
    return static_cast<int>(std::clamp<std::int64_t>(fitting, kLeastWaiting, kMostWaiting));
}

std::int64_t waitingBytes(const FrameSize& size) {
    return 2 * waitingFrames(size) * frameBytes(size);
}

std::int64_t decoderBytes(const VideoInfo& info, int threads) {
    const std::int64_t pixels = std::int64_t{info.codedWidth} * info.codedHeight;
    const std::int64_t pictures = info.keptPictures + kPicturesInHand +
                                  (threads > 1 ? threads : 0) +
                                  (info.isInterlaced ? kPicturesBeside : 0);
    return pixels * pictures * info.bitsPerPixel / 8 +
           pixels * (info.isHdr() ? kHdrBytes : kRgbBytes) + kOtherBytes;
}

int decodingThreads(const VideoInfo& info, int threads) {
    const std::int64_t each = std::max<std::int64_t>(decoderBytes(info), 1);
    return static_cast<int>(std::clamp<std::int64_t>(kMostDecodingBytes / each, 1, threads));
}

std::int64_t decodingBytes(const VideoInfo& info, int threads) {
    if (info.isStillImage) return decoderBytes(info);
    const int spent = decodingThreads(info, threads);
    return std::max(spent * decoderBytes(info), decoderBytes(info, spent));
}

std::int64_t cardDecoderBytes(const VideoInfo& info) {
    constexpr std::int64_t kRoles = 2;
    // 10 bits lie in 16 on a card.
    const std::int64_t bits = info.bitsPerPixel > 12 ? 24 : 12;
    const std::int64_t pictures =
        (info.keptPictures + kPicturesInHand + kCardFramesOutside) * kRoles;
    return std::int64_t{info.codedWidth} * info.codedHeight * bits / 8 * pictures;
}

int cardDecoders(const VideoInfo& info, DecodeChoice choice, std::int64_t freeBytes) {
    // Measured on one H200 beside 16 threads: HEVC 1.3 (1080p) to 1.6 times as fast (4K, 10 bits),
    // VP9 1.3 in 4K and 0.9 in 1080p, H.264 0.7 to 0.8.
    constexpr std::int64_t kPixels4K = std::int64_t{3840} * 2160;
    const std::int64_t pixels = std::int64_t{info.codedWidth} * info.codedHeight;
    const bool isFaster =
        info.codec == "hevc" || (info.codec == "vp9" && pixels >= kPixels4K * 9 / 10);
    const bool isWanted =
        choice == DecodeChoice::kCard || (choice == DecodeChoice::kAuto && isFaster);
    if (!isWanted || info.isStillImage || info.pictures) return 0;
    const std::int64_t each = std::max<std::int64_t>(cardDecoderBytes(info), 1);
    const std::int64_t fitting = std::min(freeBytes, kMostCardBytes) / each;
    return static_cast<int>(std::clamp<std::int64_t>(fitting, 0, kMostCardDecoders));
}

}  // namespace reelquery
