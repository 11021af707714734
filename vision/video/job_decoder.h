#pragma once
// One decoder at work: seeks to a job's key frame, decodes what its frames need, hands them over.
// Included only inside vision/video.

#include <memory>

#include "core/base/cancel.h"
#include "vision/video/codec_session.h"
#include "vision/video/decode_schedule.h"
#include "vision/video/media_input.h"
#include "vision/video/target_matcher.h"
#include "vision/video/video_info.h"

namespace reelquery {

/// Counts of one decoder's work.
struct DecodeCounts {
    std::int64_t packetsRead = 0;
    std::int64_t framesDecoded = 0;
    int seeks = 0;
    int errors = 0;
};

/// Confined to one thread; owns its own view of the file.
class JobDecoder {
  public:
    /// Errors: kVideo, kCancelled.
    JobDecoder(const VideoInfo& info, int threads, const CancelToken& cancel);

    /// Delivers the job's frames in time order. A frame that cannot be decoded is replaced by the
    /// next one that can, unless that is delivered anyway; so fewer frames than targets may come.
    /// Errors: kCancelled; what the receiver throws.
    void run(const DecodeJob& job, const TargetReceiver& receive);

    DecodeCounts counts() const;

    AVStream& stream() { return input_->stream(); }

  private:
    void goTo(std::int64_t ticks);
    void reopen();
    bool findStart(const DecodeJob& job);
    bool readToStart(const DecodeJob& job);
    bool readOn();
    void decodeFrom(TargetMatcher& matcher);
    void receiveAll(TargetMatcher& matcher);

    const std::filesystem::path path_;
    const CancelToken cancel_;
    const int threads_;
    std::unique_ptr<MediaInput> input_;
    std::unique_ptr<CodecSession> codec_;
    av::Packet packet_ = av::makePacket();
    av::Frame frame_ = av::makeFrame();
    bool isFresh_ = true;  ///< nothing was read since the file was opened
    /// Once the last needed packet is in, the decoder is asked for what it holds instead of being
    /// fed on. H.264 withholds frames then when decoding began at a recovery point that is no IDR
    /// frame; the first frame lost that way ends the practice.
    bool drainsEarly_ = true;
    DecodeCounts counts_;
};

}  // namespace reelquery
