#include "vision/video/one_clock.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "core/base/error.h"

namespace reelquery {
namespace {

constexpr double kBackS = 0.5, kForwardS = 3600, kForwardBesideDamageS = 10;
constexpr std::size_t kMostReordered = 16;  // H.264's and HEVC's limit
constexpr double kLeastShownS = 0.001;      // what a player leaves of a stretch's last frame

/// The time that rises from packet to packet as long as the clock does not jump.
std::int64_t risingTime(const ScannedPacket& packet, const ClockSource& source) {
    if (!source.keepsDecodeTimes) return packet.isKey ? packet.pts : kNoTime;
    return packet.dts != kNoTime ? packet.dts : packet.pts;
}

/// Whether times of showing fall behind `highest` at a packet and stay there for longer than a
/// codec can reorder.
bool fallsBehind(const std::vector<ScannedPacket>& packets, std::size_t first, std::int64_t highest,
                 const ClockSource& source) {
    const ScannedPacket& packet = packets[first];
    if (packet.pts == kNoTime || packet.isKey) return false;
    const std::int64_t back = highest - packet.pts;
    if (static_cast<double>(back) * source.tickS <= kBackS) return false;
    const std::size_t end = std::min(first + kMostReordered + 1, packets.size());
    const bool isSeen = end == first + kMostReordered + 1;
    if (!isSeen && back <= static_cast<std::int64_t>(kMostReordered) * source.frameTicks)
        return false;
    return std::all_of(packets.begin() + static_cast<std::ptrdiff_t>(first),
                       packets.begin() + static_cast<std::ptrdiff_t>(end),
                       [&](const ScannedPacket& one) { return one.pts < highest; });
}

/// Where the clock begins anew, as positions in `packets`; 0 always does.
std::vector<std::size_t> findJumps(const std::vector<ScannedPacket>& packets,
                                   const ClockSource& source) {
    std::vector<std::size_t> jumps = {0};
    std::int64_t before = kNoTime, highest = kNoTime;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (!source.keepsDecodeTimes && highest != kNoTime &&
            fallsBehind(packets, i, highest, source)) {
            jumps.push_back(i);
            before = highest = packets[i].pts;
        }
        if (packets[i].pts != kNoTime) highest = std::max(highest, packets[i].pts);
        const std::int64_t now = risingTime(packets[i], source);
        if (now == kNoTime) continue;
        if (before != kNoTime) {
            const double stepS = static_cast<double>(now - before) * source.tickS;
            const bool isDamaged = packets[i].isDamaged || packets[i - 1].isDamaged;
            const bool isForward =
                stepS > kForwardS || (isDamaged && stepS > kForwardBesideDamageS);
            if (stepS < -kBackS || (isForward && source.keepsDecodeTimes)) {
                jumps.push_back(i);
                highest = packets[i].pts;
            }
        }
        before = now;
    }
    return jumps;
}

/// The times of one stretch, on its own clock.
struct Span {
    std::int64_t firstShown = INT64_MAX, lastShown = INT64_MIN, end = INT64_MIN;
    std::int64_t firstDecoded = INT64_MAX, secondDecoded = INT64_MAX;
};

Span spanOf(const std::vector<ScannedPacket>& packets, std::size_t first, std::size_t end,
            std::int64_t frameTicks) {
    Span span;
    for (std::size_t i = first; i < end; ++i) {
        const ScannedPacket& packet = packets[i];
        const std::int64_t shown = packet.pts != kNoTime ? packet.pts : packet.dts;
        if (shown == kNoTime) continue;
        span.firstShown = std::min(span.firstShown, shown);
        span.lastShown = std::max(span.lastShown, shown);
        span.end = std::max(span.end, shown + (packet.duration > 0 ? packet.duration : frameTicks));
        const std::int64_t decoded = packet.dts != kNoTime ? packet.dts : shown;
        if (decoded < span.firstDecoded) {
            span.secondDecoded = span.firstDecoded;
            span.firstDecoded = decoded;
        } else {
            span.secondDecoded = std::min(span.secondDecoded, decoded);
        }
    }
    return span;
}

/// From `least` on, where times a frame apart leave room for one more.
std::int64_t firstFreeTime(const std::set<std::int64_t>& shown, std::int64_t least,
                           std::int64_t frameTicks) {
    std::int64_t before = least - frameTicks;
    for (auto next = shown.lower_bound(least - frameTicks / 2); next != shown.end(); ++next) {
        if (*next - before > frameTicks + frameTicks / 2) break;
        before = *next;
    }
    return before + frameTicks;
}

std::int64_t wrapped(std::int64_t ticks, std::int64_t wrapTicks) {
    return wrapTicks > 0 ? ((ticks % wrapTicks) + wrapTicks) % wrapTicks : ticks;
}

}  // namespace

void showByPictureOrder(std::vector<ScannedPacket>& packets) {
    std::size_t first = 0;
    while (first < packets.size()) {
        int highest = packets[first].pictureOrder;
        std::size_t end = first + 1;
        for (; end < packets.size(); ++end) {
            const ScannedPacket& packet = packets[end];
            if (packet.isKey && packet.pictureOrder < highest) break;
            highest = std::max(highest, packet.pictureOrder);
        }
        std::vector<std::size_t> shown(end - first);
        std::vector<std::int64_t> times;
        for (std::size_t i = first; i < end; ++i) {
            shown[i - first] = i;
            times.push_back(packets[i].dts);
        }
        std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
            return packets[a].pictureOrder < packets[b].pictureOrder;
        });
        std::sort(times.begin(), times.end());
        for (std::size_t k = 0; k < shown.size(); ++k) packets[shown[k]].pts = times[k];
        first = end;
    }
}

void fillMissingTimes(std::vector<ScannedPacket>& packets, std::int64_t frameTicks) {
    const auto timeOf = [](const ScannedPacket& p) { return p.dts != kNoTime ? p.dts : p.pts; };
    std::vector<std::size_t> missing;
    std::set<std::int64_t> shown;
    bool isReordered = false;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (timeOf(packets[i]) == kNoTime) missing.push_back(i);
        if (packets[i].pts == kNoTime) continue;
        shown.insert(packets[i].pts);
        isReordered = isReordered || (packets[i].dts != kNoTime && packets[i].pts > packets[i].dts);
    }
    for (std::size_t at = 0; at < missing.size();) {
        const std::size_t first = missing[at];
        std::size_t end = first;
        for (; at < missing.size() && missing[at] == end; ++at) ++end;
        const bool hasBefore = first > 0, hasAfter = end < packets.size();
        if (!hasBefore && !hasAfter) return;
        const std::int64_t before = hasBefore ? timeOf(packets[first - 1]) : 0;
        const std::int64_t after = hasAfter ? timeOf(packets[end]) : 0;
        const auto steps = static_cast<std::int64_t>(end - first) + 1;
        const bool isBetween = hasBefore && hasAfter && after > before;
        for (std::size_t i = first; i < end; ++i) {
            const auto step = static_cast<std::int64_t>(i - first) + 1;
            packets[i].dts = isBetween   ? before + (after - before) * step / steps
                             : hasBefore ? before + frameTicks * step
                                         : after - frameTicks * (steps - step);
            packets[i].pts =
                isReordered ? firstFreeTime(shown, packets[i].dts, frameTicks) : packets[i].dts;
            shown.insert(packets[i].pts);
        }
    }
}

OneClock putOnOneClock(std::vector<ScannedPacket>& packets, const ClockSource& source) {
    ENSURE(!packets.empty(), "a clock needs packets");
    OneClock clock;
    clock.firstPacket = findJumps(packets, source);
    const std::size_t runs = clock.firstPacket.size();
    const bool soundJumpsToo = source.sound.size() == runs;
    double lastShownS = 0;  // of the stretch before, on the one clock
    for (std::size_t run = 0; run < runs; ++run) {
        const std::size_t first = clock.firstPacket[run];
        const std::size_t end = run + 1 < runs ? clock.firstPacket[run + 1] : packets.size();
        const Span span = spanOf(packets, first, end, source.frameTicks);
        std::int64_t own = source.startTicks;
        double startS = 0;
        if (run > 0) {
            own = std::min(span.firstShown, span.secondDecoded - 1);
            const double leadS = static_cast<double>(span.firstShown - own) * source.tickS;
            startS = std::max(clock.endS - leadS, lastShownS + kLeastShownS);
            clock.runs.back().lengthS = startS - clock.runs.back().startS;
        }
        const auto inSeconds = [&](std::int64_t ticks) {
            return startS + static_cast<double>(ticks - own) * source.tickS;
        };
        const std::int64_t shift =
            source.startTicks - own + static_cast<std::int64_t>(std::lround(startS / source.tickS));
        for (std::size_t i = first; i < end; ++i) {
            ScannedPacket& packet = packets[i];
            if (packet.pts == kNoTime) packet.pts = packet.dts;
            packet.pts += shift;
            if (packet.dts != kNoTime) packet.dts += shift;
        }
        lastShownS = inSeconds(span.lastShown);
        clock.endS = inSeconds(span.end);
        if (soundJumpsToo) {
            const auto soundEnd = static_cast<std::int64_t>(source.sound[run].toS / source.tickS);
            clock.endS = std::max(clock.endS, inSeconds(soundEnd));
        }
        const double ownS = static_cast<double>(wrapped(own, source.wrapTicks)) * source.tickS;
        clock.runs.push_back({0, startS, clock.endS - startS, ownS});
    }
    return clock;
}

}  // namespace reelquery
