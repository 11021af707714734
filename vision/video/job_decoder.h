#pragma once
// One decoder at work: seeks to a job's key frame, decodes what its frames need, hands them over.
// Included only inside vision/video.

#include <memory>
#include <vector>

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
    std::int64_t framesOnCard = 0;  ///< of framesDecoded
};

/// Confined to one thread; owns its own view of the file.
///
/// Note [False starts]: that decoding can begin at a frame is the container's claim. Where what
/// comes out first is no intra picture, or nothing comes out, the claim was false and decoding
/// begins anew further back, twice as many claims each time. Where frames are withheld for a while
/// (H.264 that is refreshed bit by bit) a key frame or three further back has them.
class JobDecoder {
  public:
    /// positions: of positionsByRank. card: decodes as long as it can, nullptr: the processor does.
    /// All are referred to.
    /// Errors: kVideo, kCancelled.
    JobDecoder(const VideoInfo& info, const std::vector<std::size_t>& positions, int threads,
               const VideoCard* card, const CancelToken& cancel);

    /// Delivers the job's frames in time order. A frame that cannot be decoded is replaced by the
    /// next one that can, unless that is delivered anyway or lies outside the range; so fewer
    /// frames than targets may come.
    /// Errors: kCancelled; what the receiver throws.
    void run(const DecodeJob& job, const TargetReceiver& receive);

    DecodeCounts counts() const;

    /// False where there is no card, or it could not decode what it was given.
    bool usesCard() const { return card_ != nullptr; }

    /// For hereAs().
    AVPixelFormat formatHere() const { return codec_->formatHere(); }

    AVStream& stream() { return input_->stream(); }

  private:
    /// Why decoding from a start ended.
    enum class Ending {
        kDone,        ///< all that was wanted came, or what did not come never will
        kFalseStart,  ///< what came first was no intra picture
        kGap,         ///< something wanted was passed over, without damage
    };

    std::unique_ptr<CodecSession> makeCodec();
    bool leaveCard();
    Ending tryFrom(std::size_t start, TargetMatcher& matcher);
    bool findStart(std::size_t start);
    bool searchStart(const IndexedFrame& frame);
    bool readToStart(const IndexedFrame& frame);
    bool skipTo(const IndexedFrame& frame);
    bool readToRank(std::uint32_t rank);
    bool isPacketOf(const IndexedFrame& frame) const;
    bool isLaterThan(const IndexedFrame& frame) const;
    void goneTo();
    void goTo(std::int64_t ticks);
    bool goToByte(std::int64_t position);
    void reopen();
    bool readOn();
    bool goBack(std::size_t& start, std::size_t claims) const;
    void decodeFrom(TargetMatcher& matcher);
    void receiveAll(TargetMatcher& matcher);
    void attachUpdates();

    const std::filesystem::path path_;
    const FrameIndex& index_;
    const std::vector<std::size_t>& positions_;
    const bool isInterlaced_;
    const CancelToken cancel_;
    const int threads_;
    const VideoCard* card_;  ///< nullptr once it could not
    const int streamIndex_;
    std::unique_ptr<MediaInput> input_;
    std::unique_ptr<CodecSession> codec_;
    av::Packet packet_ = av::makePacket();
    av::Frame frame_ = av::makeFrame();
    bool isFresh_ = true;         ///< nothing was read since the file was opened
    std::uint32_t nextRank_ = 0;  ///< of the packet that is read next, where it is known
    int framesOut_ = 0;           ///< since decoding began at the present start
    int errorsBefore_ = 0;        ///< when it began
    bool acceptsGaps_ = false;
    bool isRefusedByCard_ = false;  ///< a picture that cannot be had from it as it should be
    Ending ending_ = Ending::kDone;
    /// Once the last needed packet is in, the decoder is asked for what it holds instead of being
    /// fed on. H.264 withholds frames then when decoding began at a recovery point that is no IDR
    /// frame; the first frame lost that way ends the practice.
    bool drainsEarly_ = true;
    DecodeCounts counts_;
};

}  // namespace reelquery
