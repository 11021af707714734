#include "vision/video/job_decoder.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/error.h"
#include "vision/video/frame_facts.h"

namespace reelquery {
namespace {

/// Packets by which a decoder may lag behind: 16 reordered frames at most in H.264 and HEVC, and
/// the codec's threads.
constexpr int kMostDelay = 32;

/// Steps back for frames that are withheld: one key frame, then two more.
constexpr std::size_t kMostStepsForWithheld = 2;

bool isIntra(const AVFrame& frame) {
    return av::isKeyFrame(frame) || frame.pict_type == AV_PICTURE_TYPE_I ||
           frame.pict_type == AV_PICTURE_TYPE_NONE;
}

}  // namespace

JobDecoder::JobDecoder(const VideoInfo& info, const std::vector<std::size_t>& positions,
                       int threads, const VideoCard* card, const CancelToken& cancel)
    : path_(info.path),
      index_(*info.index),
      positions_(positions),
      isInterlaced_(info.isInterlaced && info.index->isExact()),
      cancel_(cancel),
      threads_(threads),
      card_(card),
      streamIndex_(info.streamIndex),
      input_(std::make_unique<MediaInput>(path_, cancel_, streamIndex_)),
      codec_(makeCodec()) {}

std::unique_ptr<CodecSession> JobDecoder::makeCodec() {
    if (card_ && cardDecoder(input_->decoder().id)) {
        try {
            return std::make_unique<CodecSession>(*input_, threads_, card_);
        } catch (
            const Error&) {  // the processor's decoder may take it, or say better what is wrong
        }
    }
    card_ = nullptr;
    return std::make_unique<CodecSession>(*input_, threads_);
}

/// Whether what was tried last has to be tried again on the processor, which then does all the
/// rest.
bool JobDecoder::leaveCard() {
    const bool isFine = codec_->errors() == 0 && framesOut_ > 0 && !isRefusedByCard_;
    if (!card_ || isFine) return false;
    card_ = nullptr;
    codec_ = makeCodec();
    return true;
}

DecodeCounts JobDecoder::counts() const {
    DecodeCounts counts = counts_;
    counts.errors += codec_->errors();
    return counts;
}

void JobDecoder::run(const DecodeJob& job, const TargetReceiver& receive) {
    TargetMatcher matcher(job.targets, positions_, isInterlaced_, receive);
    std::size_t start = job.start;
    std::size_t stepsBack = 0, claims = 1;
    acceptsGaps_ = !index_.isExact();
    for (;;) {
        const Ending ending = tryFrom(start, matcher);
        if (leaveCard()) continue;
        if (matcher.isAllMet() || acceptsGaps_) break;
        if (ending != Ending::kFalseStart && drainsEarly_) {
            drainsEarly_ = false;
            continue;
        }
        const bool isDamaged = counts().errors != errorsBefore_;
        const bool saidNothing = framesOut_ == 0 && !isDamaged;
        const bool mayBeWithheld = !isDamaged && stepsBack++ < kMostStepsForWithheld;
        const bool isHopeful = ending == Ending::kFalseStart || saidNothing || mayBeWithheld;
        if (!isHopeful || !goBack(start, claims)) {
            acceptsGaps_ = true;
            if (ending == Ending::kDone) break;
        }
        claims *= 2;
    }
    if (input_->readFailed()) ++counts_.errors;
    matcher.finish();
}

JobDecoder::Ending JobDecoder::tryFrom(std::size_t start, TargetMatcher& matcher) {
    matcher.restart();
    errorsBefore_ = counts().errors;
    framesOut_ = 0;
    ending_ = Ending::kDone;
    if (findStart(start)) decodeFrom(matcher);
    return ending_;
}

/// Moves `start` back over so many claims of key frames. Returns false at the beginning.
bool JobDecoder::goBack(std::size_t& start, std::size_t claims) const {
    const std::size_t before = start;
    while (start > 0 && claims > 0) {
        --start;
        const IndexedFrame& frame = index_.frames[start];
        if (frame.isKey && frame.decodeOrder < index_.frames[before].decodeOrder) --claims;
    }
    return start < before;
}

/// Leaves the first packet to decode in packet_. Returns false when it is not in the file.
bool JobDecoder::findStart(std::size_t start) {
    const IndexedFrame& frame = index_.frames[start];
    if (!index_.isExact()) return searchStart(frame);
    const bool isBeginning = start == 0 && !frame.isKey;
    const std::uint32_t rank = isBeginning ? 0 : frame.decodeOrder;
    if (isFresh_ && start == 0) return readToRank(rank);
    if (!isBeginning && index_.search != PacketSearch::kByReading && searchStart(frame))
        return true;
    reopen();
    return readToRank(rank);
}

bool JobDecoder::searchStart(const IndexedFrame& frame) {
    constexpr std::int64_t kStepBackS = 2;
    constexpr std::int64_t kStepBackBytes = 1 << 20;
    if (index_.search == PacketSearch::kByByte) {
        // Where packets begin inside larger ones, the first one read is half of one.
        const bool isWhole = input_->beginsPacketsWhole();
        return (isWhole && goToByte(frame.bytePosition) && readToStart(frame)) ||
               (goToByte(frame.bytePosition - kStepBackBytes) && readToStart(frame));
    }
    goTo(frame.ptsTicks);
    if (readToStart(frame)) return true;
    // Containers without an index are searched by guessing and can land late.
    const AVRational base = input_->stream().time_base;
    goTo(frame.ptsTicks - av_rescale_q(kStepBackS, {1, 1}, base));
    return readToStart(frame);
}

bool JobDecoder::goToByte(std::int64_t position) {
    ++counts_.seeks;
    if (!input_->seekToByte(std::max<std::int64_t>(position, 0))) return false;
    goneTo();
    return true;
}

void JobDecoder::goneTo() {
    isFresh_ = false;
    // A decoder that was told of a new header would apply it to what came before, too.
    if (index_.updates.empty()) {
        codec_->reset();
        return;
    }
    counts_.errors += codec_->errors();
    codec_ = makeCodec();
}

void JobDecoder::goTo(std::int64_t ticks) {
    ++counts_.seeks;
    if (input_->seek(ticks)) {
        goneTo();
    } else {
        reopen();
    }
}

void JobDecoder::reopen() {
    input_ = std::make_unique<MediaInput>(path_, cancel_, streamIndex_);
    nextRank_ = 0;
    goneTo();
}

/// Reads on from wherever a search ended.
bool JobDecoder::readToStart(const IndexedFrame& frame) {
    while (readOn()) {
        if (isPacketOf(frame)) return skipTo(frame);
        const bool isLate = isLaterThan(frame);
        av_packet_unref(packet_.get());
        if (isLate) return false;
    }
    return false;
}

/// From the packet whose place was known on to the frame's own.
bool JobDecoder::skipTo(const IndexedFrame& frame) {
    const int packetsPast = index_.hasPositions ? frame.packetsPast : 0;
    for (int i = 0; i < packetsPast; ++i) {
        av_packet_unref(packet_.get());
        if (!readOn()) return false;
    }
    nextRank_ = frame.decodeOrder + 1;
    return true;
}

/// Reads on from the beginning of the file.
bool JobDecoder::readToRank(std::uint32_t rank) {
    while (readOn()) {
        if (nextRank_ == rank + 1) return true;
        av_packet_unref(packet_.get());
    }
    return false;
}

bool JobDecoder::isPacketOf(const IndexedFrame& frame) const {
    if (!index_.isExact()) return (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    if (index_.hasPositions) {
        return packet_->pos == frame.bytePosition &&
               static_cast<std::uint32_t>(packet_->size) == frame.packetBytes;
    }
    return (packet_->flags & AV_PKT_FLAG_KEY) && shownAt(*packet_) == frame.ptsTicks;
}

bool JobDecoder::isLaterThan(const IndexedFrame& frame) const {
    if (!index_.isExact()) return false;
    if (index_.hasPositions) return packet_->pos > frame.bytePosition;
    return (packet_->flags & AV_PKT_FLAG_KEY) && shownAt(*packet_) > frame.ptsTicks;
}

void JobDecoder::decodeFrom(TargetMatcher& matcher) {
    isFresh_ = false;
    attachUpdates();
    // What is shown after an interlaced frame may be decoded a few packets later.
    const int goesOnFor = drainsEarly_ && !isInterlaced_ ? 0 : kMostDelay;
    int packetsAfter = 0;  // the last one that a target needs
    for (bool hasPacket = true; hasPacket; hasPacket = readOn()) {
        const av::PacketScope scope(*packet_);
        if (packet_->size == 0 && packet_->side_data_elems == 0) continue;  // would end the stream
        const std::uint32_t rank = nextRank_ - 1;
        if (matcher.isAllSent() && packetsAfter++ == goesOnFor) break;
        if (index_.isExact()) packet_->pts = packet_->dts = rank;
        codec_->send(packet_.get(), matcher.wants(rank));
        matcher.sent(rank);
        receiveAll(matcher);
        if (matcher.isAllMet() || ending_ != Ending::kDone) return;
        if (goesOnFor == 0 && matcher.isAllSent()) break;
    }
    codec_->send(nullptr, true);
    receiveAll(matcher);
    matcher.drained();
}

bool JobDecoder::readOn() {
    if (!input_->read(*packet_)) return false;
    isFresh_ = false;
    ++nextRank_;
    ++counts_.packetsRead;
    return true;
}

void JobDecoder::receiveAll(TargetMatcher& matcher) {
    while (ending_ == Ending::kDone && codec_->receive(*frame_)) {
        ++counts_.framesDecoded;
        if (isOnCard(*frame_)) {
            ++counts_.framesOnCard;
            if (!canComeHereAs(*frame_, codec_->formatHere())) isRefusedByCard_ = true;
        }
        const bool isFirst = framesOut_++ == 0;
        const bool mayGoBack = !acceptsGaps_ && counts().errors == errorsBefore_;
        if (isRefusedByCard_ && card_) {
            ending_ = Ending::kGap;
        } else if (isFirst && !acceptsGaps_ && !codec_->withholdsWhatIsNotWhole() &&
                   !isIntra(*frame_)) {
            ending_ = Ending::kFalseStart;
        } else if (mayGoBack && matcher.leavesGap(*frame_)) {
            ending_ = Ending::kGap;
        } else {
            matcher.offer(*frame_);
        }
        av_frame_unref(frame_.get());
        throwIfCancelled(cancel_);
    }
}

/// Tells the decoder what the last header and palette before its first packet were.
void JobDecoder::attachUpdates() {
    const std::uint32_t rank = nextRank_ - 1;
    const std::vector<DecoderUpdate>& updates = index_.updates;
    for (auto update = updates.rbegin(); update != updates.rend(); ++update) {
        const auto kind = static_cast<AVPacketSideDataType>(update->kind);
        if (update->decodeOrder > rank || av_packet_get_side_data(packet_.get(), kind, nullptr)) {
            continue;
        }
        std::uint8_t* bytes = av_packet_new_side_data(packet_.get(), kind, update->bytes.size());
        if (!bytes) throw std::bad_alloc();
        std::memcpy(bytes, update->bytes.data(), update->bytes.size());
    }
}

}  // namespace reelquery
