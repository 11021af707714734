#include "vision/video/job_decoder.h"

namespace reelquery {
namespace {

/// Packets by which a decoder may lag behind: 16 reordered frames at most in H.264 and HEVC, and
/// the codec's threads.
constexpr int kMostDelay = 32;

}  // namespace

JobDecoder::JobDecoder(const VideoInfo& info, int threads, const CancelToken& cancel)
    : path_(info.path),
      cancel_(cancel),
      threads_(threads),
      input_(std::make_unique<MediaInput>(path_, cancel_)),
      codec_(std::make_unique<CodecSession>(*input_, threads_)) {}

DecodeCounts JobDecoder::counts() const {
    DecodeCounts counts = counts_;
    counts.errors += codec_->errors();
    return counts;
}

void JobDecoder::run(const DecodeJob& job, const TargetReceiver& receive) {
    TargetMatcher matcher(job.targets, receive);
    if (findStart(job)) decodeFrom(matcher);
    if (!matcher.isAllMet() && drainsEarly_) {
        drainsEarly_ = false;
        matcher.restart();
        if (findStart(job)) decodeFrom(matcher);
    }
    if (input_->readFailed()) ++counts_.errors;
    matcher.finish();
}

/// Leaves the first packet to decode in packet_. Returns false when it is not in the file.
bool JobDecoder::findStart(const DecodeJob& job) {
    constexpr std::int64_t kStepBackS = 2;
    const AVRational base = input_->stream().time_base;
    if (isFresh_ && job.startsAtBeginning) return readToStart(job);
    goTo(job.seekTicks);
    if (readToStart(job)) return true;
    // Containers without an index are searched by guessing and can land late.
    goTo(job.seekTicks - av_rescale_q(kStepBackS, {1, 1}, base));
    if (readToStart(job)) return true;
    reopen();
    return readToStart(job);
}

void JobDecoder::goTo(std::int64_t ticks) {
    isFresh_ = false;
    codec_->reset();
    ++counts_.seeks;
    if (!input_->seek(ticks)) reopen();
}

void JobDecoder::reopen() {
    input_ = std::make_unique<MediaInput>(path_, cancel_);
    codec_->reset();
}

bool JobDecoder::readToStart(const DecodeJob& job) {
    while (readOn()) {
        const bool isKey = packet_->flags & AV_PKT_FLAG_KEY;
        if (!job.startPts && (isKey || job.startsAtBeginning)) return true;
        if (job.startPts && isKey && shownAt(*packet_) == *job.startPts) return true;
        const bool isLate = job.startPts && isKey && shownAt(*packet_) > *job.startPts;
        av_packet_unref(packet_.get());
        if (isLate) return false;
    }
    return false;
}

void JobDecoder::decodeFrom(TargetMatcher& matcher) {
    isFresh_ = false;
    int packetsAfter = 0;  // the last one that a target needs
    for (bool hasPacket = true; hasPacket; hasPacket = readOn()) {
        const av::PacketScope scope(*packet_);
        const bool isDone = matcher.isAllSent() || matcher.isPast(*packet_);
        if (isDone && packetsAfter++ == (drainsEarly_ ? 0 : kMostDelay)) break;
        codec_->send(packet_.get(), matcher.wants(*packet_));
        matcher.sent(*packet_);
        receiveAll(matcher);
        if (matcher.isAllMet()) return;
        if (drainsEarly_ && matcher.isAllSent()) break;
    }
    codec_->send(nullptr, true);
    receiveAll(matcher);
}

bool JobDecoder::readOn() {
    if (!input_->read(*packet_)) return false;
    ++counts_.packetsRead;
    return true;
}

void JobDecoder::receiveAll(TargetMatcher& matcher) {
    while (codec_->receive(*frame_)) {
        ++counts_.framesDecoded;
        matcher.offer(*frame_);
        av_frame_unref(frame_.get());
        throwIfCancelled(cancel_);
    }
}

}  // namespace reelquery
