#pragma once
// One open decoder with FFmpeg's send/receive protocol behind two calls. Included only inside
// vision/video.

#include "vision/video/av_handles.h"
#include "vision/video/media_input.h"
#include "vision/video/video_card.h"

namespace reelquery {

/// Confined to one thread; `threads` are FFmpeg's own, inside the codec.
class CodecSession {
  public:
    /// card: decodes where it can, see Note [Frames from a card]; nullptr: the processor does.
    /// Errors: kVideo when the codec refuses the stream.
    CodecSession(MediaInput& input, int threads, const VideoCard* card = nullptr);

    /// Offers a packet; nullptr asks for the frames still inside. A frame that is only wanted as a
    /// reference may be passed over when nothing refers to it (isWanted false).
    void send(const AVPacket* packet, bool isWanted);

    /// Moves the next finished frame into `frame`. Returns false when more packets are needed.
    bool receive(AVFrame& frame);

    /// Forgets everything; decoding goes on at another place.
    void reset();

    /// Damaged packets and frames so far.
    int errors() const { return errors_; }

    /// H.264's decoder keeps back what it could not make whole; others give it out as it is.
    bool withholdsWhatIsNotWhole() const { return codec_->codec_id == AV_CODEC_ID_H264; }

    /// What the processor makes of the stream, where a card decodes it.
    AVPixelFormat formatHere() const { return codec_->sw_pix_fmt; }

  private:
    void fillColours(AVFrame& frame) const;

    av::Codec codec_;
    // As the container says.
    const AVColorSpace matrix_;
    const AVColorPrimaries primaries_;
    const AVColorTransferCharacteristic transfer_;
    const AVColorRange range_;
    int errors_ = 0;
};

/// When the frame is shown, in ticks; AV_NOPTS_VALUE when nothing tells.
std::int64_t shownAt(const AVFrame& frame);
std::int64_t shownAt(const AVPacket& packet);

/// True when the decoder patched up damage in the frame.
bool isDamaged(const AVFrame& frame);

}  // namespace reelquery
