#include "vision/video/frame_converter.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <cstring>

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include "core/base/error.h"
#include "vision/video/frame_facts.h"
#include "vision/video/picture_layers.h"
#include "vision/video/stream_facts.h"

namespace reelquery {
namespace {

constexpr float kWhite16 = 65280.0F;        // what the scaler makes of white in 16 bits: 255 << 8
constexpr std::int64_t kRowAlignment = 64;  // the scaler's vector code writes whole vectors

std::int64_t paddedRowBytes(int width, int pixelBytes) {
    const std::int64_t bytes = std::int64_t{width} * pixelBytes;
    return (bytes + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
}

/// The coefficients the ffmpeg command would pick: BT.601 where the stream does not say.
const int* matrixCoefficients(AVColorSpace matrix) {
    const bool isKnown = matrix >= 1 && matrix <= 10 && matrix != AVCOL_SPC_YCGCO;
    return sws_getCoefficients(isKnown ? static_cast<int>(matrix) : AVCOL_SPC_BT470BG);
}

void setColours(SwsContext* scaler, AVColorSpace matrix, AVColorRange range) {
    int* inverse = nullptr;
    int* table = nullptr;
    int sourceRange = 0, targetRange = 0, brightness = 0, contrast = 0, saturation = 0;
    if (sws_getColorspaceDetails(scaler, &inverse, &sourceRange, &table, &targetRange, &brightness,
                                 &contrast, &saturation) < 0) {
        return;  // RGB and grey sources have no matrix
    }
    if (range != AVCOL_RANGE_UNSPECIFIED) sourceRange = range == AVCOL_RANGE_JPEG;
    sws_setColorspaceDetails(scaler, matrixCoefficients(matrix), sourceRange, table, targetRange,
                             brightness, contrast, saturation);
}

/// f32 [3, H, W] of code values 0..1 from rows of 16-bit RGB.
at::Tensor planesFrom16Bit(const at::Tensor& packed, std::int64_t height, std::int64_t width) {
    at::Tensor planes = at::empty({3, height, width}, at::kFloat);
    float* out = planes.mutable_data_ptr<float>();
    const std::uint8_t* rows = packed.const_data_ptr<std::uint8_t>();
    const std::int64_t rowBytes = packed.size(1), area = height * width;
    for (std::int64_t y = 0; y < height; ++y) {
        const std::uint8_t* row = rows + y * rowBytes;
        for (std::int64_t x = 0; x < width; ++x) {
            std::uint16_t rgb[3];
            std::memcpy(rgb, row + x * 6, sizeof rgb);
            for (int c = 0; c < 3; ++c) {
                out[c * area + y * width + x] = static_cast<float>(rgb[c]) / kWhite16;
            }
        }
    }
    return planes;
}

}  // namespace

FrameConverter::FrameConverter(FrameSize target, Orientation orientation)
    : target_(target), orientation_(orientation) {}

at::Tensor FrameConverter::convert(const DecodedFrame& decoded) {
    const bool canBeMadeWhole = decoded.before || decoded.after;
    if (av::isInterlaced(decoded.frame) && canBeMadeWhole) {
        const AVFrame* whole = deinterlacer_.whole(decoded);
        if (whole) return converted(*whole);
    }
    return converted(decoded.frame);
}

FrameConverter::Source FrameConverter::sourceOf(const AVFrame& frame) {
    const AVPixFmtDescriptor* format =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    Source source{frame.width, frame.height, frame.format, frame.colorspace, frame.color_range};
    source.isHdr = transferOf(frame.color_trc) != Transfer::kSdr;
    source.hasAlpha = !source.isHdr && format && (format->flags & AV_PIX_FMT_FLAG_ALPHA);
    source.isLimitedGrey =
        frame.format == AV_PIX_FMT_GRAY8 && frame.color_range == AVCOL_RANGE_MPEG;
    return source;
}

at::Tensor FrameConverter::converted(const AVFrame& frame) {
    prepare(sourceOf(frame));
    at::Tensor picture = resized(turned(fullSize(frame)));
    if (source_.isHdr) picture = toneMapped(picture.clamp_(0, 1), frame).mul_(255);
    return picture.clamp_(0, 255).round_().to(at::kByte).contiguous();
}

void FrameConverter::prepare(const Source& source) {
    if (scaler_ && source == source_) return;
    scaler_.reset(sws_alloc_context());
    if (!scaler_) throw std::bad_alloc();
    void* const options = scaler_.get();
    av_opt_set_int(options, "srcw", source.width, 0);
    av_opt_set_int(options, "srch", source.height, 0);
    av_opt_set_int(options, "src_format", source.format, 0);
    av_opt_set_int(options, "dstw", source.width, 0);
    av_opt_set_int(options, "dsth", source.height, 0);
    const AVPixelFormat target = source.isHdr      ? AV_PIX_FMT_RGB48
                                 : source.hasAlpha ? AV_PIX_FMT_RGBA
                                                   : AV_PIX_FMT_RGB24;
    av_opt_set_int(options, "dst_format", target, 0);
    av_opt_set_int(options, "sws_flags", SWS_BICUBIC, 0);
    if (source.format == AV_PIX_FMT_YUV420P) {
        av_opt_set_int(options, "src_v_chr_pos", 128, 0);  // MPEG-2 chroma siting, as ffmpeg does
    }
    const int status = sws_init_context(scaler_.get(), nullptr, nullptr);
    if (status < 0) {
        const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(source.format));
        scaler_.reset();
        throw Error(ErrorCode::kVideo,
                    std::string("the pixel format ") + (format ? format : "of this video") +
                        " cannot be converted to RGB",
                    "convert the video to yuv420p first");
    }
    setColours(scaler_.get(), source.matrix, source.range);
    packed_ = at::empty({source.height + 1, paddedRowBytes(source.width, source.isHdr ? 6 : 3)},
                        at::kByte);
    layers_ = source.hasAlpha
                  ? at::empty({source.height + 1, paddedRowBytes(source.width, 4)}, at::kByte)
                  : at::Tensor();
    source_ = source;
}

at::Tensor FrameConverter::fullSize(const AVFrame& frame) {
    at::Tensor& scaled = source_.hasAlpha ? layers_ : packed_;
    std::uint8_t* target[4] = {scaled.mutable_data_ptr<std::uint8_t>()};
    const int strides[4] = {static_cast<int>(scaled.size(1))};
    sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, target, strides);
    if (source_.isHdr) return planesFrom16Bit(packed_, frame.height, frame.width);
    std::uint8_t* rows = packed_.mutable_data_ptr<std::uint8_t>();
    for (std::int64_t y = 0; y < frame.height; ++y) {
        std::uint8_t* row = rows + y * packed_.size(1);
        if (source_.hasAlpha) layOnWhite(target[0] + y * strides[0], row, frame.width);
        if (source_.isLimitedGrey) stretchLimited(row, std::size_t{3} * frame.width);
    }
    // [H, row bytes] -> [H, W, 3] -> [3, H, W], a view
    return packed_.as_strided({frame.height, frame.width, 3}, {packed_.size(1), 3, 1})
        .permute({2, 0, 1});
}

at::Tensor FrameConverter::turned(const at::Tensor& picture) const {
    at::Tensor result = orientation_.isTransposed ? picture.transpose(1, 2) : picture;
    if (orientation_.isMirroredX) result = result.flip(2);
    if (orientation_.isMirroredY) result = result.flip(1);
    return result;
}

at::Tensor FrameConverter::resized(const at::Tensor& picture) {
    if (picture.scalar_type() != at::kByte) {  // HDR
        return at::_upsample_bicubic2d_aa(picture.contiguous().unsqueeze(0),
                                          {target_.height, target_.width},
                                          /*align_corners=*/false)
            .squeeze(0);
    }
    const FrameSize from{static_cast<int>(picture.size(1)), static_cast<int>(picture.size(2))};
    if (!resizer_ || !resizer_->matches(from)) resizer_.emplace(from, target_);
    return resizer_->resize(picture);
}

at::Tensor FrameConverter::toneMapped(at::Tensor picture, const AVFrame& frame) {
    if (!toneMap_) {
        const bool isWideGamut = frame.color_primaries == AVCOL_PRI_BT2020 ||
                                 frame.color_primaries == AVCOL_PRI_UNSPECIFIED;
        toneMap_.emplace(transferOf(frame.color_trc), isWideGamut);
    }
    const auto area = static_cast<std::size_t>(picture.size(1) * picture.size(2));
    float* r = picture.mutable_data_ptr<float>();
    toneMap_->apply(r, r + area, r + 2 * area, area);
    return picture;
}

}  // namespace reelquery
