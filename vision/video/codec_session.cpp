#include "vision/video/codec_session.h"

#include <new>

#include "core/base/error.h"
#include "vision/video/decode_memory.h"

namespace reelquery {
namespace {

const AVCodec& decoderOf(const MediaInput& input, const VideoCard* card) {
    const AVCodec* other = card ? cardDecoder(input.decoder().id) : nullptr;
    return other ? *other : input.decoder();
}

}  // namespace

CodecSession::CodecSession(MediaInput& input, int threads, const VideoCard* card)
    : codec_(avcodec_alloc_context3(&decoderOf(input, card))),
      matrix_(input.stream().codecpar->color_space),
      primaries_(input.stream().codecpar->color_primaries),
      transfer_(input.stream().codecpar->color_trc),
      range_(input.stream().codecpar->color_range) {
    if (!codec_) throw std::bad_alloc();
    const AVStream& stream = input.stream();
    int status = avcodec_parameters_to_context(codec_.get(), stream.codecpar);
    codec_->pkt_timebase = stream.time_base;
    codec_->thread_count = threads;
    codec_->thread_type = threads > 1 ? FF_THREAD_FRAME | FF_THREAD_SLICE : 0;
    if (card) {
        codec_->hw_device_ctx = av_buffer_ref(&card->device());
        if (!codec_->hw_device_ctx) throw std::bad_alloc();
        codec_->extra_hw_frames = kCardFramesOutside;
        codec_->thread_count = 1;
    }
    if (status >= 0) status = avcodec_open2(codec_.get(), nullptr, nullptr);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) {
        throw Error(ErrorCode::kVideo,
                    std::string("the ") + input.decoder().name +
                        " decoder refuses the video: " + av::errorText(status),
                    "convert it to H.264 first");
    }
}

void CodecSession::send(const AVPacket* packet, bool isWanted) {
    codec_->skip_frame = isWanted ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
    const int status = avcodec_send_packet(codec_.get(), packet);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    // The caller receives until nothing is left before it sends again, so EAGAIN cannot be.
    if (status < 0 && status != AVERROR_EOF) ++errors_;
}

bool CodecSession::receive(AVFrame& frame) {
    for (;;) {
        const int status = avcodec_receive_frame(codec_.get(), &frame);
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return false;
        if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
        if (status >= 0) {
            if (isDamaged(frame)) ++errors_;
            fillColours(frame);
            return true;
        }
        ++errors_;
    }
}

/// What the stream does not say of its colours the container may.
void CodecSession::fillColours(AVFrame& frame) const {
    av::keepNamedColours(frame);
    if (frame.colorspace == AVCOL_SPC_UNSPECIFIED) frame.colorspace = matrix_;
    if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED) frame.color_primaries = primaries_;
    if (frame.color_trc == AVCOL_TRC_UNSPECIFIED) frame.color_trc = transfer_;
    if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) frame.color_range = range_;
}

void CodecSession::reset() {
    avcodec_flush_buffers(codec_.get());
}

std::int64_t shownAt(const AVFrame& frame) {
    return frame.pts != AV_NOPTS_VALUE ? frame.pts : frame.best_effort_timestamp;
}

std::int64_t shownAt(const AVPacket& packet) {
    return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
}

bool isDamaged(const AVFrame& frame) {
    return frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

}  // namespace reelquery
