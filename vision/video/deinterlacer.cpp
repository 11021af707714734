#include "vision/video/deinterlacer.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <cstdio>
#include <new>

namespace reelquery {
namespace {

using Graph = std::unique_ptr<AVFilterGraph, av::FreeByAddress<AVFilterGraph, avfilter_graph_free>>;

constexpr const char* kFilter = "mode=send_frame:parity=auto:deint=interlaced";

/// source -> bwdif -> sink, for frames like this one.
class FilterChain {
  public:
    /// isReady() is false where the filter cannot take such frames.
    explicit FilterChain(const AVFrame& like) : graph_(avfilter_graph_alloc()) {
        if (!graph_) throw std::bad_alloc();
        graph_->nb_threads = 1;  // decoders run side by side
        char source[160] = {};
        std::snprintf(source, sizeof source,
                      "video_size=%dx%d:pix_fmt=%d:time_base=1/25:pixel_aspect=1/1", like.width,
                      like.height, like.format);
        AVFilterContext* filter = nullptr;
        isReady_ = make(&source_, "buffer", source) && make(&filter, "bwdif", kFilter) &&
                   make(&sink_, "buffersink", nullptr) &&
                   avfilter_link(source_, 0, filter, 0) >= 0 &&
                   avfilter_link(filter, 0, sink_, 0) >= 0 &&
                   avfilter_graph_config(graph_.get(), nullptr) >= 0;
    }

    bool isReady() const { return isReady_; }

    bool push(const AVFrame& frame) {
        const av::Frame copy(av_frame_clone(&frame));
        if (!copy) throw std::bad_alloc();
        copy->pts = pushed_++;
        return av_buffersrc_add_frame_flags(source_, copy.get(), 0) >= 0;
    }

    bool pull(AVFrame& frame) { return av_buffersink_get_frame(sink_, &frame) >= 0; }

  private:
    bool make(AVFilterContext** filter, const char* name, const char* options) {
        const AVFilter* kind = avfilter_get_by_name(name);
        return kind && avfilter_graph_create_filter(filter, kind, name, options, nullptr,
                                                    graph_.get()) >= 0;
    }

    Graph graph_;
    AVFilterContext* source_ = nullptr;  // owned by graph_, like sink_
    AVFilterContext* sink_ = nullptr;
    bool isReady_ = false;
    std::int64_t pushed_ = 0;
};

bool isAlike(const AVFrame& a, const AVFrame& b) {
    return a.width == b.width && a.height == b.height && a.format == b.format;
}

}  // namespace

const AVFrame* Deinterlacer::whole(const DecodedFrame& decoded) {
    const AVFrame* before = decoded.before ? decoded.before : decoded.after;
    const AVFrame* after = decoded.after ? decoded.after : decoded.before;
    if (!isAlike(*before, decoded.frame) || !isAlike(*after, decoded.frame)) return nullptr;
    FilterChain chain(decoded.frame);
    if (!chain.isReady()) return nullptr;
    // A frame comes out when the next one is in. The first one is made from itself alone, which is
    // right for the first of a video.
    const int others = decoded.isFirst ? 0 : 1;
    if (others > 0 && !chain.push(*before)) return nullptr;
    if (!chain.push(decoded.frame) || !chain.push(*after)) return nullptr;
    for (int i = 0; i <= others; ++i) {
        av_frame_unref(result_.get());
        if (!chain.pull(*result_)) return nullptr;
    }
    return result_.get();
}

}  // namespace reelquery
