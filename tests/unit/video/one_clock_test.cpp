#include "vision/video/one_clock.h"

#include <catch2/catch.hpp>

namespace reelquery {
namespace {

constexpr std::int64_t kFrame = 3600;  // ticks of 1/90000 s: 25 frames a second

/// Packets of a recording with one frame of reordering: shown two frames after it is decoded.
std::vector<ScannedPacket> recording(std::int64_t firstDts, int frames) {
    std::vector<ScannedPacket> packets;
    for (int i = 0; i < frames; ++i) {
        ScannedPacket packet;
        packet.dts = firstDts + i * kFrame;
        packet.pts = packet.dts + 2 * kFrame;
        packet.duration = kFrame;
        packet.isKey = i % 25 == 0;
        packets.push_back(packet);
    }
    return packets;
}

std::vector<ScannedPacket> after(std::vector<ScannedPacket> first,
                                 const std::vector<ScannedPacket>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

ClockSource broadcast(std::int64_t startTicks) {
    ClockSource source;
    source.tickS = 1 / 90000.0;
    source.startTicks = startTicks;
    source.frameTicks = kFrame;
    source.wrapTicks = std::int64_t{1} << 33;
    source.keepsDecodeTimes = true;
    return source;
}

double shownS(const std::vector<ScannedPacket>& packets, std::size_t i, std::int64_t startTicks) {
    return static_cast<double>(packets[i].pts - startTicks) / 90000;
}

TEST_CASE("a clock that does not jump is left alone") {
    std::vector<ScannedPacket> packets = recording(1000, 100);
    const std::int64_t start = packets[0].pts;
    const OneClock clock = putOnOneClock(packets, broadcast(start));
    CHECK(clock.runs.size() == 1);
    CHECK(packets[0].pts == start);
    CHECK(packets[99].pts == start + 99 * kFrame);
    CHECK(clock.endS == Approx(4));
}

TEST_CASE("stretches of a clock that jumps follow each other") {
    const std::int64_t jump =
        GENERATE(std::int64_t{0}, std::int64_t{1000}, std::int64_t{90000} * 20000,
                 (std::int64_t{1} << 33) - std::int64_t{90000} * 50);
    INFO("the second one begins at " << jump);
    std::vector<ScannedPacket> packets = after(recording(90000LL * 100, 100), recording(jump, 100));
    const std::int64_t start = packets[0].pts;
    const OneClock clock = putOnOneClock(packets, broadcast(start));
    REQUIRE(clock.runs.size() == 2);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        CHECK(shownS(packets, i, start) == Approx(double(i) / 25).margin(0.002));
    }
    CHECK(clock.endS == Approx(8).margin(0.002));
    // A player that plays each stretch for its length shows every frame of the first one.
    CHECK(clock.runs[0].lengthS > 99.0 / 25);
    CHECK(clock.runs[1].ownStartS * 90000 < double(jump + kFrame));
}

TEST_CASE("a gap is no jump unless damage lies beside it") {
    std::vector<ScannedPacket> packets = after(recording(0, 100), recording(90000LL * 1000, 100));
    std::vector<ScannedPacket> damaged = packets;
    damaged[99].isDamaged = true;
    CHECK(putOnOneClock(packets, broadcast(2 * kFrame)).runs.size() == 1);
    CHECK(putOnOneClock(damaged, broadcast(2 * kFrame)).runs.size() == 2);
}

TEST_CASE(
    "a clock of showing that falls back for good jumps, also at a frame that is no key frame") {
    // Decoded in threes: a frame ahead, then the two that are shown before it.
    std::vector<ScannedPacket> packets;
    for (int i = 0; i < 151; ++i) {
        ScannedPacket packet;
        packet.pts = (i % 3 == 1 ? i + 2 : i > 0 ? i - 1 : 0) * kFrame;
        packet.duration = kFrame;
        packet.isKey = i == 0 || i == 76;
        packets.push_back(packet);
    }
    ClockSource source = broadcast(0);
    source.keepsDecodeTimes = false;
    source.wrapTicks = 0;
    std::vector<ScannedPacket> whole = packets;
    CHECK(putOnOneClock(whole, source).runs.size() == 1);
    const std::size_t jump = GENERATE(std::size_t{52}, std::size_t{100}, std::size_t{142});
    INFO("it falls back at packet " << jump);
    std::vector<ScannedPacket> expected = packets;
    for (std::size_t i = jump; i < packets.size(); ++i) packets[i].pts -= 90000 * 3 / 2;
    const OneClock clock = putOnOneClock(packets, source);
    REQUIRE(clock.runs.size() == 2);
    CHECK(clock.firstPacket[1] == jump);
    for (std::size_t i = 0; i < jump; ++i) CHECK(packets[i].pts == expected[i].pts);
    for (std::size_t i = jump; i + 1 < packets.size(); ++i) {
        CHECK(packets[i + 1].pts - packets[i].pts == expected[i + 1].pts - expected[i].pts);
        CHECK(packets[i].pts > expected[jump - 3].pts);  // the last one shown before
    }
}

TEST_CASE("sound that goes on for longer moves what comes after it") {
    std::vector<ScannedPacket> packets = after(recording(0, 100), recording(0, 100));
    const std::int64_t start = packets[0].pts;
    ClockSource source = broadcast(start);
    source.sound = {{0.08, 6.08}, {0.08, 4.08}};
    const OneClock clock = putOnOneClock(packets, source);
    CHECK(shownS(packets, 100, start) == Approx(6).margin(0.002));
    CHECK(clock.endS == Approx(10).margin(0.002));
}

TEST_CASE("pictures without times are shown in the order that the codec counts") {
    std::vector<ScannedPacket> packets;
    const int order[] = {0, 6, 2, 4, 0, 4, 2};  // counted anew at the fifth, a key frame
    for (int i = 0; i < 7; ++i) {
        ScannedPacket packet;
        packet.dts = i;
        packet.pictureOrder = order[i];
        packet.isKey = i == 0 || i == 4;
        packets.push_back(packet);
    }
    showByPictureOrder(packets);
    const std::int64_t expected[] = {0, 3, 1, 2, 4, 6, 5};
    for (std::size_t i = 0; i < 7; ++i) CHECK(packets[i].pts == expected[i]);
}

}  // namespace
}  // namespace reelquery
