#include "vision/video/packet_scan.h"

#include <algorithm>
#include <string_view>

#include "vision/video/codec_session.h"

namespace reelquery {
namespace {

constexpr std::size_t kPacketsPerProgress = 512;

/// Presentation order; two frames with one time stamp cannot be told apart, so one is kept.
void putInShownOrder(std::vector<IndexedFrame>& frames) {
    std::stable_sort(frames.begin(), frames.end(),
                     [](const auto& a, const auto& b) { return a.ptsTicks < b.ptsTicks; });
    const auto end = std::unique(frames.begin(), frames.end(), [](const auto& a, const auto& b) {
        return a.ptsTicks == b.ptsTicks;
    });
    frames.erase(end, frames.end());
}

/// The stream's key list covers the video when no stretch at its end is longer than its gaps.
bool reachesTheEnd(const FrameIndex& index, double durationS) {
    double widestGapS = 0;
    for (std::size_t i = 1; i < index.frames.size(); ++i) {
        widestGapS = std::max(widestGapS, index.timeS(index.frames[i].ptsTicks) -
                                              index.timeS(index.frames[i - 1].ptsTicks));
    }
    return durationS - index.timeS(index.frames.back().ptsTicks) <= 2 * widestGapS;
}

}  // namespace

PacketScan scanPackets(MediaInput& input, const ScanProgress& progress) {
    const AVStream& stream = input.stream();
    auto index = std::make_shared<FrameIndex>();
    index->tickS = av_q2d(stream.time_base);
    const std::int64_t totalBytes = avio_size(input.format().pb);
    std::int64_t endTicks = INT64_MIN;
    std::uint32_t decodeOrder = 0;
    const av::Packet packet = av::makePacket();
    while (input.read(*packet)) {
        const av::PacketScope scope(*packet);
        const std::uint32_t rank = decodeOrder++;
        if (progress && rank % kPacketsPerProgress == 0) progress(packet->pos, totalBytes);
        // Frames outside the edit list are decoded for others' sake but never shown.
        if (packet->flags & AV_PKT_FLAG_DISCARD || packet->size == 0) continue;
        const std::int64_t pts = shownAt(*packet);
        if (pts == AV_NOPTS_VALUE) continue;
        index->frames.push_back({pts, packet->dts != AV_NOPTS_VALUE ? packet->dts : pts, rank,
                                 (packet->flags & AV_PKT_FLAG_KEY) != 0});
        endTicks = std::max(endTicks, pts + std::max<std::int64_t>(packet->duration, 0));
    }
    putInShownOrder(index->frames);
    PacketScan scan;
    scan.endedEarly = input.readFailed();
    if (!index->frames.empty()) {
        index->startTicks = index->frames.front().ptsTicks;
        scan.endS = index->timeS(endTicks);
    }
    scan.index = std::move(index);
    return scan;
}

ContainerTable readContainerTable(MediaInput& input, double durationS) {
    AVStream& stream = input.stream();
    const std::string_view container = input.format().iformat->name;
    const bool isMp4 = container.find("mp4") != std::string_view::npos;
    const bool isMatroska = container.find("matroska") != std::string_view::npos;
    if (!isMp4 && !isMatroska) return {};
    // Matroska's cues stand at the end of the file and are read when first searched.
    if (isMatroska && !input.seek(INT64_MAX / 2)) return {};
    auto index = std::make_shared<FrameIndex>();
    index->origin = ValueOrigin::kHeader;
    index->hasEveryFrame = isMp4;
    index->tickS = av_q2d(stream.time_base);
    const std::int64_t fileBytes = avio_size(input.format().pb);
    std::optional<std::int64_t> missingTicks;
    const int entries = avformat_index_get_entries_count(&stream);
    std::uint32_t decodeOrder = 0;
    for (int i = 0; i < entries; ++i) {
        const AVIndexEntry& entry = *avformat_index_get_entry(&stream, i);
        const std::uint32_t rank = decodeOrder++;
        if (entry.flags & AVINDEX_DISCARD_FRAME) continue;
        index->frames.push_back(
            {entry.timestamp, entry.timestamp, rank, (entry.flags & AVINDEX_KEYFRAME) != 0});
        if (!missingTicks && isMp4 && entry.pos + entry.size > fileBytes) {
            missingTicks = entry.timestamp;
        }
    }
    if (index->frames.size() < 2) return {};
    // The table counts decode times; the first frame's pts tells how far they run ahead.
    const std::int64_t firstTicks = index->frames.front().ptsTicks;
    index->startTicks = stream.start_time != AV_NOPTS_VALUE ? stream.start_time : firstTicks;
    const std::int64_t shift = isMp4 ? index->startTicks - firstTicks : 0;
    for (IndexedFrame& frame : index->frames) frame.ptsTicks += shift;
    ContainerTable table;
    if (missingTicks) table.missingFromS = index->timeS(*missingTicks + shift);
    // A fragmented file lists only the fragments met so far.
    if (!reachesTheEnd(*index, durationS)) return {};
    table.index = std::move(index);
    return table;
}

}  // namespace reelquery
