#include "vision/video/stream_turn.h"

namespace reelquery {
namespace {

constexpr unsigned kDisplayOrientation = 47;
using Bytes = std::span<const std::uint8_t>;

/// A unit's messages, one after the other: type, size, payload.
bool hasOrientation(Bytes unit, bool isHevc) {
    const std::size_t header = isHevc ? 2 : 1;
    if (unit.size() <= header) return false;
    const unsigned type = isHevc ? (unit[0] >> 1 & 0x3f) : (unit[0] & 0x1f);
    if (type != (isHevc ? 39U : 6U)) return false;
    std::size_t place = header;
    while (place + 2 < unit.size()) {
        unsigned kind = 0;
        std::size_t bytes = 0;
        for (; place < unit.size() && unit[place] == 0xff; ++place) kind += 255;
        if (place < unit.size()) kind += unit[place++];
        for (; place < unit.size() && unit[place] == 0xff; ++place) bytes += 255;
        if (place < unit.size()) bytes += unit[place++];
        if (kind == kDisplayOrientation) return true;
        place += bytes;
    }
    return false;
}

bool isStartCode(Bytes packet, std::size_t at) {
    return packet[at] == 0 && packet[at + 1] == 0 && packet[at + 2] == 1;
}

bool tellsTurnBetweenStartCodes(Bytes packet, bool isHevc) {
    std::size_t unit = 0;
    bool isInUnit = false;
    for (std::size_t i = 0; i + 3 <= packet.size(); ++i) {
        if (!isStartCode(packet, i)) continue;
        if (isInUnit && hasOrientation(packet.subspan(unit, i - unit), isHevc)) return true;
        unit = i + 3;
        isInUnit = true;
    }
    return false;  // the last unit is the picture itself
}

}  // namespace

bool tellsTurn(Bytes packet, bool isHevc, std::size_t lengthBytes) {
    if (lengthBytes == 0) return tellsTurnBetweenStartCodes(packet, isHevc);
    std::size_t place = 0;
    while (place + lengthBytes < packet.size()) {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < lengthBytes; ++i) bytes = bytes << 8 | packet[place + i];
        place += lengthBytes;
        if (bytes > packet.size() - place) return false;
        if (hasOrientation(packet.subspan(place, bytes), isHevc)) return true;
        place += bytes;
    }
    return false;
}

}  // namespace reelquery
