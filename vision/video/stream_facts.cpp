#include "vision/video/stream_facts.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "vision/video/frame_facts.h"
#include "vision/video/subtitle_ranking.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace reelquery {
namespace {

Orientation fromMatrixBytes(const std::uint8_t* bytes) {
    std::array<std::int32_t, 9> matrix{};
    std::memcpy(matrix.data(), bytes, sizeof matrix);
    return orientationOf(matrix);
}

std::string tag(AVDictionary* metadata, const char* key) {
    const AVDictionaryEntry* entry = av_dict_get(metadata, key, nullptr, 0);
    return entry ? entry->value : std::string();
}

bool isPicture(const AVFormatContext& format) {
    const std::string_view name = format.iformat->name;
    return name == "image2" || name.ends_with("_pipe");  // FFmpeg's names for single pictures
}

/// Pictures in the decoded picture buffer of H.264: the level bounds their macroblocks (Rec. H.264,
/// table A-1).
int h264Pictures(const AVCodecParameters& parameters) {
    struct Level {
        int level;
        std::int64_t macroblocks;
    };

    constexpr Level kLevels[] = {{12, 2376},   {21, 4752},  {30, 8100},  {31, 18000},
                                 {32, 20480},  {41, 32768}, {42, 34816}, {50, 110400},
                                 {52, 184320}, {62, 696320}};
    constexpr int kMost = 16;
    const std::int64_t each =
        std::int64_t{(parameters.width + 15) / 16} * ((parameters.height + 15) / 16);
    for (const Level& one : kLevels) {
        if (parameters.level > one.level) continue;
        return static_cast<int>(std::clamp<std::int64_t>(one.macroblocks / each, 1, kMost));
    }
    return kMost;
}

int keptPictures(const AVCodecParameters& parameters) {
    const AVCodecDescriptor* codec = avcodec_descriptor_get(parameters.codec_id);
    if (codec && (codec->props & AV_CODEC_PROP_INTRA_ONLY)) return 1;
    switch (parameters.codec_id) {
        case AV_CODEC_ID_H264:
            return h264Pictures(parameters) + 1;
        case AV_CODEC_ID_HEVC:
            return 5;  // of 6 at the size that a level is made for, encoders use 4, and the present
                       // one
        case AV_CODEC_ID_VP9:
        case AV_CODEC_ID_AV1:
            return 7;  // of eight places for references some share a picture
        default:
            return 4;
    }
}

bool isInterlaced(AVFieldOrder order) {
    return order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
}

void readNeighbours(const AVFormatContext& format, VideoInfo& info) {
    for (unsigned i = 0; i < format.nb_streams; ++i) {
        const AVStream& stream = *format.streams[i];
        const AVCodecID codec = stream.codecpar->codec_id;
        if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) info.hasAudio = true;
        const bool isCover = stream.disposition & AV_DISPOSITION_ATTACHED_PIC;
        if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !isCover) {
            info.videoTracks.push_back({static_cast<int>(i), stream.codecpar->width,
                                        stream.codecpar->height, tag(stream.metadata, "language"),
                                        tag(stream.metadata, "title")});
        }
        if (stream.codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE) continue;
        const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
        SubtitleTrack track;
        track.streamIndex = static_cast<int>(i);
        track.codec = avcodec_get_name(codec);
        track.language = tag(stream.metadata, "language");
        track.title = tag(stream.metadata, "title");
        if (track.title.empty()) track.title = tag(stream.metadata, "handler_name");  // mp4
        track.isText = descriptor && (descriptor->props & AV_CODEC_PROP_TEXT_SUB);
        track.isDefault = stream.disposition & AV_DISPOSITION_DEFAULT;
        constexpr int kPartial = AV_DISPOSITION_FORCED | AV_DISPOSITION_COMMENT |
                                 AV_DISPOSITION_LYRICS | AV_DISPOSITION_KARAOKE;
        track.isPartial = (stream.disposition & kPartial) != 0 || saysPartOnly(track.title);
        info.subtitles.push_back(std::move(track));
    }
}

}  // namespace

Orientation streamOrientation(const AVStream& stream) {
    const auto matrix = av::sideData(stream, AV_PKT_DATA_DISPLAYMATRIX);
    return matrix.size() >= 9 * sizeof(std::int32_t) ? fromMatrixBytes(matrix.data())
                                                     : Orientation{};
}

std::optional<Orientation> frameOrientation(const AVFrame& frame) {
    const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (!data || data->size < 9 * sizeof(std::int32_t)) return std::nullopt;
    return fromMatrixBytes(data->data);
}

Transfer transferOf(AVColorTransferCharacteristic characteristic) {
    if (characteristic == AVCOL_TRC_SMPTE2084) return Transfer::kPq;
    if (characteristic == AVCOL_TRC_ARIB_STD_B67) return Transfer::kHlg;
    return Transfer::kSdr;
}

void readStreamFacts(AVFormatContext& format, AVStream& stream, VideoInfo& info) {
    const AVCodecParameters& parameters = *stream.codecpar;
    info.container = format.iformat->name;
    info.codec = avcodec_get_name(parameters.codec_id);
    const char* pixelFormat = av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format));
    info.pixelFormat = pixelFormat ? pixelFormat : "";
    info.streamIndex = stream.index;
    const AVPixFmtDescriptor* layout =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters.format));
    if (layout) {
        info.bitsPerPixel = av_get_padded_bits_per_pixel(layout);
        const bool isYuv = !(layout->flags & AV_PIX_FMT_FLAG_RGB) && layout->nb_components >= 3;
        info.isMatrixKnown = !isYuv || parameters.color_space != AVCOL_SPC_UNSPECIFIED;
        info.hasAlpha =
            (layout->flags & AV_PIX_FMT_FLAG_ALPHA) || tag(stream.metadata, "alpha_mode") == "1";
    }
    info.keptPictures = keptPictures(parameters);
    info.codedWidth = parameters.width;
    info.codedHeight = parameters.height;
    info.transfer = transferOf(parameters.color_trc);
    info.isStillImage = isPicture(format);
    info.isInterlaced = isInterlaced(parameters.field_order);
    const double aspect = av_q2d(av_guess_sample_aspect_ratio(&format, &stream, nullptr));
    const Orientation orientation = streamOrientation(stream);
    const FrameSize shown = displaySize({parameters.height, parameters.width}, aspect, orientation);
    info.displayWidth = shown.width;
    info.displayHeight = shown.height;
    info.rotationDegrees = rotationDegrees(orientation);
    info.orientation = orientation;
    readNeighbours(format, info);
}

}  // namespace reelquery
