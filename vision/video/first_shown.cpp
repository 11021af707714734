#include "vision/video/first_shown.h"

#include <algorithm>
#include <optional>

#include "vision/video/codec_session.h"

namespace reelquery {
namespace {

constexpr int kMostPackets = 500;  // until a decoder must have shown something

/// Rank of the first frame that comes out when decoding begins at a packet of this rank.
std::optional<std::uint32_t> firstShownFrom(std::uint32_t start, MediaInput& like) {
    MediaInput input(like.path(), like.cancel(), like.stream().index);
    CodecSession codec(input, 1);
    const av::Packet packet = av::makePacket();
    const av::Frame frame = av::makeFrame();
    for (std::uint32_t rank = 0; rank < start + kMostPackets && input.read(*packet); ++rank) {
        const av::PacketScope scope(*packet);
        if (rank < start) continue;
        packet->pts = packet->dts = rank;
        codec.send(packet.get(), true);
        if (codec.receive(*frame)) return static_cast<std::uint32_t>(shownAt(*frame));
    }
    codec.send(nullptr, true);
    if (!codec.receive(*frame)) return std::nullopt;
    return static_cast<std::uint32_t>(shownAt(*frame));
}

}  // namespace

void dropUndecodableStart(MediaInput& input, FrameIndex& index) {
    std::vector<IndexedFrame>& frames = index.frames;
    const auto byRank = [](const IndexedFrame& a, const IndexedFrame& b) {
        return a.decodeOrder < b.decodeOrder;
    };
    const IndexedFrame first = *std::min_element(frames.begin(), frames.end(), byRank);
    const auto shownFirst = frames.begin();
    if (first.isKey && shownFirst->decodeOrder == first.decodeOrder) return;
    std::optional<std::uint32_t> start;
    for (const IndexedFrame& frame : frames) {
        if (frame.isKey && (!start || frame.decodeOrder < *start)) start = frame.decodeOrder;
    }
    const auto shown = firstShownFrom(start.value_or(first.decodeOrder), input);
    if (!shown) return;
    const auto place = std::find_if(frames.begin(), frames.end(), [&](const IndexedFrame& frame) {
        return frame.decodeOrder == *shown;
    });
    if (place != frames.end()) frames.erase(frames.begin(), place);
}

}  // namespace reelquery
