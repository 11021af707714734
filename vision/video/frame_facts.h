#pragma once
// What FFmpeg 6.1 says in other words than FFmpeg 5: whether a frame is a key frame or interlaced,
// and what lies beside a stream. Included only inside vision/video.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
}

#include <cstdint>
#include <span>

namespace reelquery::av {

/// Whether decoding can start at this frame.
inline bool isKeyFrame(const AVFrame& frame) {
#ifdef AV_FRAME_FLAG_KEY
    return (frame.flags & AV_FRAME_FLAG_KEY) != 0;
#else
    return frame.key_frame != 0;
#endif
}

/// Whether its lines are of two instants.
inline bool isInterlaced(const AVFrame& frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
    return (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
    return frame.interlaced_frame != 0;
#endif
}

/// What the container says of a stream beside its parameters; empty where it says nothing of this
/// type. Valid as long as the stream.
inline std::span<const std::uint8_t> sideData(const AVStream& stream, AVPacketSideDataType type) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    const AVCodecParameters& parameters = *stream.codecpar;
    const AVPacketSideData* found =
        av_packet_side_data_get(parameters.coded_side_data, parameters.nb_coded_side_data, type);
    return found ? std::span<const std::uint8_t>(found->data, found->size)
                 : std::span<const std::uint8_t>();
#else
    std::size_t bytes = 0;
    const std::uint8_t* data = av_stream_get_side_data(&stream, type, &bytes);
    return data ? std::span<const std::uint8_t>(data, bytes) : std::span<const std::uint8_t>();
#endif
}

}  // namespace reelquery::av
