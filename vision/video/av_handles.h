#pragma once
// Owners of FFmpeg's objects and the translation of its error codes. Included only inside
// vision/video.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <cstring>
#include <memory>
#include <string>

namespace reelquery::av {

/// Calls one of FFmpeg's `void free(T**)` functions.
template <class T, void (*Free)(T**)>
struct FreeByAddress {
    void operator()(T* object) const noexcept { Free(&object); }
};

struct FreeParser {
    void operator()(AVCodecParserContext* parser) const noexcept { av_parser_close(parser); }
};

struct FreeScaler {
    void operator()(SwsContext* scaler) const noexcept { sws_freeContext(scaler); }
};

using Input =
    std::unique_ptr<AVFormatContext, FreeByAddress<AVFormatContext, avformat_close_input>>;
using Codec = std::unique_ptr<AVCodecContext, FreeByAddress<AVCodecContext, avcodec_free_context>>;
using Packet = std::unique_ptr<AVPacket, FreeByAddress<AVPacket, av_packet_free>>;
using Frame = std::unique_ptr<AVFrame, FreeByAddress<AVFrame, av_frame_free>>;
using Parser = std::unique_ptr<AVCodecParserContext, FreeParser>;
using Scaler = std::unique_ptr<SwsContext, FreeScaler>;

/// Options handed to an open call, which takes what it knows out of the dictionary.
class Options {
  public:
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    ~Options() { av_dict_free(&entries_); }

    void set(const char* key, const char* value) { av_dict_set(&entries_, key, value, 0); }

    AVDictionary** address() { return &entries_; }

  private:
    AVDictionary* entries_ = nullptr;
};

/// Unrefs a reused packet or frame at the end of a scope.
class PacketScope {
  public:
    explicit PacketScope(AVPacket& packet) : packet_(packet) {}

    PacketScope(const PacketScope&) = delete;
    PacketScope& operator=(const PacketScope&) = delete;

    ~PacketScope() { av_packet_unref(&packet_); }

  private:
    AVPacket& packet_;
};

inline Packet makePacket() {
    Packet packet(av_packet_alloc());
    if (!packet) throw std::bad_alloc();
    return packet;
}

inline Frame makeFrame() {
    Frame frame(av_frame_alloc());
    if (!frame) throw std::bad_alloc();
    return frame;
}

/// A file's word for one of FFmpeg's enums can be any number, and reading it as the enum is
/// undefined where it is none of its values: looked at as a number, it becomes `unknown` where it
/// is not below `count`.
template <class Enum>
void keepNamed(Enum& field, Enum count, Enum unknown) {
    static_assert(sizeof(Enum) == sizeof(int));
    int word = 0;
    std::memcpy(&word, &field, sizeof word);
    if (word < 0 || word >= static_cast<int>(count)) field = unknown;
}

/// Of a stream or a frame, before anything else looks at them.
inline void keepNamedColours(AVCodecParameters& stream) {
    keepNamed(stream.color_space, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
    keepNamed(stream.color_primaries, AVCOL_PRI_NB, AVCOL_PRI_UNSPECIFIED);
    keepNamed(stream.color_trc, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED);
    keepNamed(stream.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED);
}

inline void keepNamedColours(AVFrame& frame) {
    keepNamed(frame.colorspace, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
    keepNamed(frame.color_primaries, AVCOL_PRI_NB, AVCOL_PRI_UNSPECIFIED);
    keepNamed(frame.color_trc, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED);
    keepNamed(frame.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED);
}

/// FFmpeg's own words for an AVERROR code.
inline std::string errorText(int averror) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(averror, text, sizeof text);
    return text;
}

}  // namespace reelquery::av
