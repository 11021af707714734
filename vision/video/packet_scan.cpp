#include "vision/video/packet_scan.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "vision/video/codec_session.h"
#include "vision/video/file_end.h"
#include "vision/video/first_shown.h"
#include "vision/video/one_clock.h"
#include "vision/video/picture_order.h"
#include "vision/video/stream_turn.h"
#include "vision/video/stretch_start.h"

namespace reelquery {
namespace {

constexpr std::size_t kPacketsPerProgress = 512;
constexpr std::int64_t kBroadcastWrap = std::int64_t{1} << 33;  // of a 90 kHz clock

bool isMp4(MediaInput& input) {
    return std::string_view(input.format().iformat->name).find("mp4") != std::string_view::npos;
}

/// mp4 and mov list how long every stream is; elsewhere only the packets tell.
bool saysSoundLength(MediaInput& input) {
    if (!isMp4(input)) return false;
    const AVFormatContext& format = input.format();
    for (unsigned i = 0; i < format.nb_streams; ++i) {
        const AVStream& stream = *format.streams[i];
        const bool isSound = stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        if (isSound && stream.duration <= 0) return false;
    }
    return true;
}

/// Bytes of the lengths before the units of H.264 and HEVC packets; 0 where start codes part them.
std::size_t unitLengthBytes(const AVCodecParameters& parameters) {
    const std::uint8_t* header = parameters.extradata;
    if (!header || header[0] != 1) return 0;
    const int place = parameters.codec_id == AV_CODEC_ID_HEVC ? 21 : 4;
    return parameters.extradata_size > place ? (header[place] & 3) + std::size_t{1} : 0;
}

bool tellsItsTurn(const AVPacket& packet, const AVCodecParameters& parameters) {
    const bool isHevc = parameters.codec_id == AV_CODEC_ID_HEVC;
    if (!isHevc && parameters.codec_id != AV_CODEC_ID_H264) return false;
    const std::span<const std::uint8_t> bytes(packet.data, static_cast<std::size_t>(packet.size));
    return tellsTurn(bytes, isHevc, unitLengthBytes(parameters));
}

/// Notes packets as they come by.
class PacketNotes {
  public:
    PacketNotes(MediaInput& input, std::int64_t frameTicks)
        : input_(input), order_(input), frameTicks_(frameTicks) {}

    void add(const AVPacket& packet) {
        if (packet.stream_index == input_.stream().index) {
            addPicture(packet);
        } else {
            addSound(packet);
        }
    }

    /// An edit list hides what the first shown frames are decoded from.
    bool beginsHidden() const { return beginsHidden_; }

    bool tellsTurn() const { return tellsTurn_; }

    /// The last picture of a file that was cut short is seldom whole.
    void dropHalfPicture(bool isSure) {
        if (packets_.size() > 1 && (isSure || packets_.back().isDamaged)) packets_.pop_back();
    }

    const std::vector<SoundRun>& sound() const { return sound_; }

    std::vector<DecoderUpdate> takeUpdates() { return std::move(updates_); }

    std::vector<ScannedPacket> takePackets() {
        if (hasTimes_) {
            fillMissingTimes(packets_, frameTicks_);
        } else {
            for (ScannedPacket& packet : packets_) packet.dts = packet.rank * frameTicks_;
        }
        const bool haveDts = std::none_of(packets_.begin(), packets_.end(),
                                          [](const auto& p) { return p.dts == kNoTime; });
        if (order_.isNeeded() && haveDts) showByPictureOrder(packets_);
        return std::move(packets_);
    }

  private:
    void addPicture(const AVPacket& packet) {
        const std::uint32_t rank = rank_++;
        if (rank == 0) tellsTurn_ = tellsItsTurn(packet, *input_.stream().codecpar);
        for (int i = 0; i < packet.side_data_elems; ++i) {
            const AVPacketSideData& data = packet.side_data[i];
            if (data.type != AV_PKT_DATA_NEW_EXTRADATA && data.type != AV_PKT_DATA_PALETTE)
                continue;
            updates_.push_back(
                {rank, data.type, std::vector<std::uint8_t>(data.data, data.data + data.size)});
        }
        // Frames outside the edit list are decoded for others' sake but never shown.
        if (packet.flags & AV_PKT_FLAG_DISCARD || packet.size == 0) {
            beginsHidden_ = beginsHidden_ || packets_.empty();
            return;
        }
        ScannedPacket scanned;
        scanned.pts = packet.pts;
        scanned.dts = packet.dts;
        scanned.duration = packet.duration;
        scanned.position = packet.pos;
        scanned.bytes = static_cast<std::uint32_t>(packet.size);
        scanned.rank = rank;
        scanned.isKey = (packet.flags & AV_PKT_FLAG_KEY) != 0;
        scanned.isDamaged = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
        if (order_.isNeeded()) order_.read(packet, scanned);
        hasTimes_ = hasTimes_ || scanned.pts != kNoTime || scanned.dts != kNoTime;
        packets_.push_back(scanned);
    }

    void addSound(const AVPacket& packet) {
        if (packet.pts == AV_NOPTS_VALUE) return;
        const AVStream& stream = *input_.format().streams[packet.stream_index];
        const double tickS = av_q2d(stream.time_base);
        const double fromS = static_cast<double>(packet.pts) * tickS;
        const double toS = fromS + static_cast<double>(packet.duration) * tickS;
        if (soundStream_ < 0) soundStream_ = stream.index;
        if (soundStream_ != stream.index) {  // neighbours only lengthen what the first one began
            if (!sound_.empty() && std::abs(fromS - sound_.back().toS) < kSameStretchS) {
                sound_.back().toS = std::max(sound_.back().toS, toS);
            }
            return;
        }
        const bool jumps = !sound_.empty() && (fromS < lastSoundS_ - kSoundBackS ||
                                               fromS > lastSoundS_ + kSoundForwardS);
        if (sound_.empty() || jumps) sound_.push_back({fromS, toS});
        sound_.back().toS = std::max(sound_.back().toS, toS);
        lastSoundS_ = fromS;
    }

    static constexpr double kSoundBackS = 0.5, kSoundForwardS = 3600, kSameStretchS = 5;

    MediaInput& input_;
    PictureOrder order_;
    const std::int64_t frameTicks_;
    std::uint32_t rank_ = 0;
    std::vector<ScannedPacket> packets_;
    std::vector<DecoderUpdate> updates_;
    std::vector<SoundRun> sound_;
    bool beginsHidden_ = false, hasTimes_ = false, tellsTurn_ = false;
    int soundStream_ = -1;
    double lastSoundS_ = 0;
};

/// In the order of showing; frames with one time stamp stay in the order of the file.
std::vector<IndexedFrame> inShownOrder(const std::vector<ScannedPacket>& packets) {
    std::vector<IndexedFrame> frames;
    frames.reserve(packets.size());
    const ScannedPacket* placed = nullptr;
    for (const ScannedPacket& packet : packets) {
        if (packet.position >= 0) placed = &packet;
        IndexedFrame frame{packet.pts, packet.rank, packet.isKey};
        if (placed && packet.rank - placed->rank <= UINT16_MAX) {
            frame.packetsPast = static_cast<std::uint16_t>(packet.rank - placed->rank);
            frame.bytePosition = placed->position;
            frame.packetBytes = placed->bytes;
        }
        frames.push_back(frame);
    }
    std::stable_sort(frames.begin(), frames.end(),
                     [](const auto& a, const auto& b) { return a.ptsTicks < b.ptsTicks; });
    return frames;
}

bool positionsRise(const std::vector<ScannedPacket>& packets) {
    std::int64_t last = -1;
    for (const ScannedPacket& packet : packets) {
        if (packet.position < 0) continue;
        if (packet.position < last) return false;
        last = packet.position;
    }
    return packets.front().position >= 0;
}

/// AVI keeps no times of showing; players show the first picture at once, while those worked out
/// here count from the first one decoded.
std::int64_t workedOutDelay(MediaInput& input, const std::vector<ScannedPacket>& packets) {
    if (std::string_view(input.format().iformat->name) != "avi") return 0;
    std::int64_t shown = INT64_MAX, decoded = INT64_MAX;
    for (const ScannedPacket& packet : packets) {
        if (packet.pts != kNoTime) shown = std::min(shown, packet.pts);
        if (packet.dts != kNoTime) decoded = std::min(decoded, packet.dts);
    }
    return shown == INT64_MAX || decoded == INT64_MAX ? 0 : shown - decoded;
}

PacketSearch searchFor(MediaInput& input, const FrameIndex& index) {
    const bool canEnter =
        index.hasPositions && !(input.format().iformat->flags & AVFMT_NO_BYTE_SEEK);
    if (canEnter && (input.isBroadcast() || input.isElementary())) return PacketSearch::kByByte;
    return index.runs.empty() ? PacketSearch::kByTime : PacketSearch::kByReading;
}

/// The stream's key list covers the video when no stretch at its end is longer than its gaps.
bool reachesTheEnd(const FrameIndex& index, double pictureEndS) {
    double widestGapS = 0;
    for (std::size_t i = 1; i < index.frames.size(); ++i) {
        widestGapS = std::max(widestGapS, index.timeS(index.frames[i].ptsTicks) -
                                              index.timeS(index.frames[i - 1].ptsTicks));
    }
    return pictureEndS - index.timeS(index.frames.back().ptsTicks) <= 2 * widestGapS;
}

/// Every frame a key frame: a lie unless the codec knows no others.
bool claimsTooManyKeys(const FrameIndex& index, AVCodecID codec) {
    const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
    if (descriptor && (descriptor->props & AV_CODEC_PROP_INTRA_ONLY)) return false;
    return std::all_of(index.frames.begin(), index.frames.end(),
                       [](const IndexedFrame& frame) { return frame.isKey; });
}

}  // namespace

PacketScan scanPackets(MediaInput& input, double fps, const ScanProgress& progress) {
    const AVStream& stream = input.stream();
    auto index = std::make_shared<FrameIndex>();
    index->tickS = av_q2d(stream.time_base);
    index->startTicks = input.startTicks();
    PacketScan scan;
    scan.hasSoundEnd = !saysSoundLength(input);
    if (scan.hasSoundEnd) input.includeSound();
    const auto frameTicks = static_cast<std::int64_t>(1 / (fps * index->tickS) + 0.5);
    const std::int64_t totalBytes = avio_size(input.format().pb);
    PacketNotes notes(input, frameTicks);
    const av::Packet packet = av::makePacket();
    for (std::size_t count = 0; input.readAny(*packet); ++count) {
        const av::PacketScope scope(*packet);
        if (progress && count % kPacketsPerProgress == 0)
            progress(std::max<std::int64_t>(packet->pos, 0), totalBytes);
        notes.add(*packet);
    }
    scan.endedEarly = input.readFailed();
    scan.lacksEnd = isEndMissing(input.path());
    const bool flagsDamage = std::string_view(input.format().iformat->name) != "asf";
    notes.dropHalfPicture(scan.lacksEnd && !flagsDamage);
    scan.tellsTurn = notes.tellsTurn();
    std::vector<ScannedPacket> packets = notes.takePackets();
    if (packets.empty()) {
        scan.index = std::move(index);
        return scan;
    }
    index->hasPositions = positionsRise(packets);
    index->startTicks += workedOutDelay(input, packets);
    index->updates = notes.takeUpdates();
    const std::int64_t wrap = input.isBroadcast() ? kBroadcastWrap : 0;
    OneClock clock = putOnOneClock(packets, {index->tickS, index->startTicks, frameTicks, wrap,
                                             input.isBroadcast(), notes.sound()});
    if (clock.runs.size() > 1) {
        for (std::size_t i = 1; i < clock.runs.size() && input.isBroadcast(); ++i) {
            clock.runs[i].firstByte =
                stretchStart(input.path(), packets[clock.firstPacket[i]].position);
        }
        index->runs = std::move(clock.runs);
    }
    index->search = searchFor(input, *index);
    index->frames = inShownOrder(packets);
    if (!notes.beginsHidden()) dropUndecodableStart(input, *index);
    std::int64_t endTicks = INT64_MIN;
    for (const ScannedPacket& one : packets) {
        const std::int64_t own =
            one.duration > 0 || !input.isElementary() ? one.duration : frameTicks;
        endTicks = std::max(endTicks, one.pts + std::max<std::int64_t>(own, 0));
    }
    scan.pictureEndS = index->timeS(endTicks);
    scan.endS = std::max(scan.pictureEndS, scan.hasSoundEnd ? clock.endS : 0.0);
    scan.index = std::move(index);
    return scan;
}

ContainerTable readContainerTable(MediaInput& input, double pictureEndS) {
    AVStream& stream = input.stream();
    const std::string_view container = input.format().iformat->name;
    const bool isMatroska = container.find("matroska") != std::string_view::npos;
    if (!isMp4(input) && !isMatroska) return {};
    // Matroska's cues stand at the end of the file and are read when first searched.
    if (isMatroska && !input.seek(INT64_MAX / 2)) return {};
    auto index = std::make_shared<FrameIndex>();
    index->origin = ValueOrigin::kHeader;
    index->hasEveryFrame = !isMatroska;
    index->tickS = av_q2d(stream.time_base);
    index->startTicks = input.startTicks();
    const std::int64_t fileBytes = avio_size(input.format().pb);
    ContainerTable table;
    const int entries = avformat_index_get_entries_count(&stream);
    index->frames.reserve(static_cast<std::size_t>(std::max(entries, 0)));
    std::uint32_t decodeOrder = 0;
    for (int i = 0; i < entries; ++i) {
        const AVIndexEntry& entry = *avformat_index_get_entry(&stream, i);
        const std::uint32_t rank = decodeOrder++;
        if (entry.flags & AVINDEX_DISCARD_FRAME) continue;
        if (!isMatroska && entry.pos + entry.size > fileBytes) {
            table.lacksEnd = true;
            continue;
        }
        index->frames.push_back({entry.timestamp, rank, (entry.flags & AVINDEX_KEYFRAME) != 0});
    }
    if (index->frames.size() < 2) return table;
    // The table counts decode times; the first frame's pts tells how far they run ahead.
    const std::int64_t firstTicks = index->frames.front().ptsTicks;
    const std::int64_t shownTicks =
        stream.start_time != AV_NOPTS_VALUE ? stream.start_time : firstTicks;
    const std::int64_t shift = isMatroska ? 0 : shownTicks - firstTicks;
    for (IndexedFrame& frame : index->frames) frame.ptsTicks += shift;
    // A fragmented file lists only the fragments met so far.
    if (!table.lacksEnd && !reachesTheEnd(*index, pictureEndS)) return {};
    if (index->hasEveryFrame && claimsTooManyKeys(*index, stream.codecpar->codec_id)) {
        return table;
    }
    table.index = std::move(index);
    return table;
}

}  // namespace reelquery
