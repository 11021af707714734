#include "vision/sound/sound_resampler.h"

#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace reelquery {

namespace {

constexpr int kRate = 16000;

/// Where the channels of a frame come from; one that does not say is taken for the usual order.
AVChannelLayout layoutOf(const AVFrame& frame) {
    AVChannelLayout layout = {};
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&layout, frame.ch_layout.nb_channels);
    } else {
        av_channel_layout_copy(&layout, &frame.ch_layout);
    }
    return layout;
}

std::uint64_t maskOf(const AVFrame& frame) {
    return frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame.ch_layout.u.mask : 0;
}

}  // namespace

bool SoundResampler::takes(const AVFrame& frame) const {
    return !resampler_ || (format_ == frame.format && rate_ == frame.sample_rate &&
                           channels_ == frame.ch_layout.nb_channels && layout_ == maskOf(frame));
}

bool SoundResampler::open(const AVFrame& frame) {
    AVChannelLayout in = layoutOf(frame), out = AV_CHANNEL_LAYOUT_MONO;
    SwrContext* context = nullptr;
    int status = swr_alloc_set_opts2(&context, &out, AV_SAMPLE_FMT_S16, kRate, &in,
                                     static_cast<AVSampleFormat>(frame.format), frame.sample_rate,
                                     0, nullptr);
    resampler_.reset(context);
    if (status >= 0 && in.order == AV_CHANNEL_ORDER_UNSPEC) {  // too many to have a usual order
        const std::vector<double> equal(static_cast<std::size_t>(in.nb_channels),
                                        1.0 / in.nb_channels);
        status = swr_set_matrix(context, equal.data(), in.nb_channels);
    }
    if (status >= 0) status = swr_init(context);
    av_channel_layout_uninit(&in);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) {
        resampler_.reset();
        return false;
    }
    format_ = frame.format;
    rate_ = frame.sample_rate;
    channels_ = frame.ch_layout.nb_channels;
    layout_ = maskOf(frame);
    return true;
}

bool SoundResampler::convert(const AVFrame& frame, std::vector<std::int16_t>& samples) {
    if (!resampler_ && !open(frame)) return false;
    const int most = swr_get_out_samples(resampler_.get(), frame.nb_samples);
    if (most < 0) return false;
    const std::size_t before = samples.size();
    samples.resize(before + static_cast<std::size_t>(most));
    auto* out = reinterpret_cast<std::uint8_t*>(samples.data() + before);
    const int got =
        swr_convert(resampler_.get(), &out, most,
                    const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
    samples.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    return got >= 0;
}

void SoundResampler::finish(std::vector<std::int16_t>& samples) {
    while (resampler_) {
        const int most = swr_get_out_samples(resampler_.get(), 0);
        const std::size_t before = samples.size();
        samples.resize(before + static_cast<std::size_t>(most > 0 ? most : 0));
        auto* out = reinterpret_cast<std::uint8_t*>(samples.data() + before);
        const int got = most > 0 ? swr_convert(resampler_.get(), &out, most, nullptr, 0) : 0;
        samples.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got <= 0) resampler_.reset();
    }
}

}  // namespace reelquery
