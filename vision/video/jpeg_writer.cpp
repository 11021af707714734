#include "vision/video/jpeg_writer.h"

#include <array>

#include "core/base/error.h"
#include "vision/video/av_handles.h"

namespace reelquery {

namespace {

constexpr int kQuality = 2;  // of 2 (best) to 31
/// Colour at every pixel: between fewer, decoders draw it differently, by up to 101 grey levels.
constexpr AVPixelFormat kFormat = AV_PIX_FMT_YUVJ444P;

void check(int averror) {
    if (averror < 0) {
        throw Error(ErrorCode::kVideo, "a frame cannot be made a JPEG: " + av::errorText(averror));
    }
}

av::Codec openEncoder(int width, int height) {
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (!encoder) throw Error(ErrorCode::kVideo, "this FFmpeg cannot write JPEG");
    av::Codec codec(avcodec_alloc_context3(encoder));
    if (!codec) throw std::bad_alloc();
    codec->width = width;
    codec->height = height;
    codec->pix_fmt = kFormat;
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = {1, 1};
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * kQuality;
    codec->thread_count = 1;
    check(avcodec_open2(codec.get(), encoder, nullptr));
    return codec;
}

/// The planar R, G, B of a tensor as a full-range YUV frame.
av::Frame yuvOf(const at::Tensor& rgb) {
    const int height = static_cast<int>(rgb.size(1)), width = static_cast<int>(rgb.size(2));
    av::Frame frame = av::makeFrame();
    frame->width = width;
    frame->height = height;
    frame->format = kFormat;
    frame->quality = FF_QP2LAMBDA * kQuality;
    check(av_frame_get_buffer(frame.get(), 0));
    const av::Scaler scaler(sws_getContext(width, height, AV_PIX_FMT_GBRP, width, height, kFormat,
                                           SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (!scaler) throw std::bad_alloc();
    const auto* red = rgb.const_data_ptr<std::uint8_t>();
    const std::int64_t plane = rgb.size(1) * rgb.size(2);
    const std::array<const std::uint8_t*, 3> planes = {red + plane, red + 2 * plane, red};
    const std::array<int, 3> strides = {width, width, width};
    sws_scale(scaler.get(), planes.data(), strides.data(), 0, height, frame->data, frame->linesize);
    return frame;
}

}  // namespace

std::string jpegOf(const at::Tensor& rgb) {
    const av::Codec codec =
        openEncoder(static_cast<int>(rgb.size(2)), static_cast<int>(rgb.size(1)));
    const av::Frame frame = yuvOf(rgb);
    frame->pts = 0;
    check(avcodec_send_frame(codec.get(), frame.get()));
    check(avcodec_send_frame(codec.get(), nullptr));
    const av::Packet packet = av::makePacket();
    check(avcodec_receive_packet(codec.get(), packet.get()));
    return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

}  // namespace reelquery
