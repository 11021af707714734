#include "vision/video/video_card.h"

#include <new>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/device/cuda_context.h"
#include "vision/video/paired_planes.h"

extern "C" {
#include <libavutil/hwcontext.h>
// FFmpeg's header takes two handles from cuda.h, which building does not need.
#define CUDA_VERSION 0
using CUcontext = struct CUctx_st*;
using CUstream = struct CUstream_st*;
#include <libavutil/hwcontext_cuda.h>
#undef CUDA_VERSION
}

namespace reelquery {
namespace {

void check(int status) {
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0)
        throw Error(
            ErrorCode::kVideo,
            "a decoded picture could not be fetched from the card: " + av::errorText(status),
            "let the processor decode alone");
}

AVPixelFormat formatOnCard(const AVFrame& frame) {
    const auto* frames = reinterpret_cast<const AVHWFramesContext*>(frame.hw_frames_ctx->data);
    return frames->sw_format;
}

/// A picture of paired chroma with its planes apart.
av::Frame asPlanes(const AVFrame& paired, AVPixelFormat format) {
    av::Frame planes = av::makeFrame();
    planes->format = format;
    planes->width = paired.width;
    planes->height = paired.height;
    check(av_frame_get_buffer(planes.get(), 0));
    const auto rows = [&](int plane) {
        return PlaneRows{planes->data[plane], planes->linesize[plane]};
    };
    partPlanes({.luma = {paired.data[0], paired.linesize[0]},
                .pairs = {paired.data[1], paired.linesize[1]},
                .width = paired.width,
                .height = paired.height,
                .bits = format == AV_PIX_FMT_YUV420P10 ? 10 : 8},
               {rows(0), rows(1), rows(2)});
    return planes;
}

/// Gives FFmpeg's device a context that lives as long as it. By itself FFmpeg takes the primary
/// context only if that waits as it would have it wait (AV_CUDA_USE_PRIMARY_CONTEXT), and torch,
/// which is there first, has it otherwise; and its stream would wait for all of torch's work.
void lend(std::shared_ptr<const CudaContext> context, AVBufferRef& device) {
    auto& shared = *reinterpret_cast<AVHWDeviceContext*>(device.data);
    auto& cuda = *static_cast<AVCUDADeviceContext*>(shared.hwctx);
    cuda.cuda_ctx = context->handle();
    cuda.stream = context->stream();
    shared.user_opaque = new std::shared_ptr<const CudaContext>(std::move(context));
    shared.free = [](AVHWDeviceContext* ended) {
        delete static_cast<std::shared_ptr<const CudaContext>*>(ended->user_opaque);
    };
}

}  // namespace

std::shared_ptr<const VideoCard> VideoCard::openFor(const std::string& codec, int ordinal) {
    const AVCodecDescriptor* named = avcodec_descriptor_get_by_name(codec.c_str());
    if (!named || !cardDecoder(named->id)) return nullptr;
    std::shared_ptr<const CudaContext> context = CudaContext::primaryOf(ordinal);
    if (!context) return nullptr;
    AVBufferRef* device = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_CUDA);
    if (!device) return nullptr;
    lend(std::move(context), *device);
    if (av_hwdevice_ctx_init(device) < 0) {
        av_buffer_unref(&device);
        return nullptr;
    }
    return std::shared_ptr<const VideoCard>(new VideoCard(device));
}

const AVCodec* cardDecoder(AVCodecID codec) {
    void* position = nullptr;
    while (const AVCodec* decoder = av_codec_iterate(&position)) {
        if (!av_codec_is_decoder(decoder) || decoder->id != codec) continue;
        for (int i = 0; const AVCodecHWConfig* config = avcodec_get_hw_config(decoder, i); ++i) {
            // Those with buffers of their own (cuvid) pick frames by themselves.
            const bool isByDevice = config->device_type == AV_HWDEVICE_TYPE_CUDA &&
                                    (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_FRAMES_CTX);
            if (isByDevice) return decoder;
        }
    }
    return nullptr;
}

bool isOnCard(const AVFrame& frame) {
    return frame.format == AV_PIX_FMT_CUDA && frame.hw_frames_ctx;
}

bool canComeHereAs(const AVFrame& frame, AVPixelFormat format) {
    const bool is8 = format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
    const AVPixelFormat there = formatOnCard(frame);
    return (there == AV_PIX_FMT_NV12 && is8) ||
           (there == AV_PIX_FMT_P010 && format == AV_PIX_FMT_YUV420P10);
}

av::Frame hereAs(const AVFrame& frame, AVPixelFormat format) {
    const av::Frame copied = av::makeFrame();
    check(av_hwframe_transfer_data(copied.get(), &frame, 0));
    av::Frame here = asPlanes(*copied, format);
    check(av_frame_copy_props(here.get(), &frame));
    // What is cut off above and on the left the card's picture still has.
    check(av_frame_apply_cropping(here.get(), AV_FRAME_CROP_UNALIGNED));
    return here;
}

}  // namespace reelquery
