// Where decoded frames go by their time stamps.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>

#include "vision/sound/sound_clock.h"

namespace reelquery {

TEST_CASE("Rounded time stamps do not tear a run apart, and do not add up") {
    SoundClock clock(100);
    CHECK(clock.place(0.0, 0.0213, false).isNewRun);
    for (int i = 1; i < 1000; ++i) {
        const double exact = i * 0.0213;
        const SoundPlace place =
            clock.place(static_cast<int>(exact * 1000) / 1000.0, 0.0213, false);
        CHECK_FALSE(place.isNewRun);
        CHECK(place.atS == Approx(exact).margin(1e-9));
    }
    // A track whose samples run slower than its clock is put right again and again.
    SoundClock slow(100);
    double worst = 0;
    for (int i = 0; i < 1000; ++i) {
        const double stampS = i * 0.0215;
        worst = std::max(worst, std::abs(slow.place(stampS, 0.0213, false).atS - stampS));
    }
    CHECK(worst <= 0.031);
}

TEST_CASE("Gaps, late starts and overlaps begin a run at their own time") {
    SoundClock clock(100);
    CHECK(clock.place(2.0, 0.1, false).atS == 2.0);
    const SoundPlace behindGap = clock.place(5.0, 0.1, false);
    CHECK(behindGap.isNewRun);
    CHECK(behindGap.atS == 5.0);
    const SoundPlace overlap = clock.place(4.9, 0.1, false);
    CHECK(overlap.isNewRun);
    CHECK(overlap.atS == Approx(4.9));
    const SoundPlace unstamped = clock.place(std::nullopt, 0.1, false);
    CHECK_FALSE(unstamped.isNewRun);
    CHECK(unstamped.atS == Approx(5.0));
    CHECK(clock.place(5.1, 0.1, true).isNewRun);
    CHECK(clock.disbelieved() == 0);
}

TEST_CASE("Time stamps that make no sense do not move sound") {
    SoundClock clock(100);
    clock.place(10.0, 1, false);
    CHECK(clock.place(90000.0, 1, false).atS == 11.0);
    CHECK(clock.place(90001.0, 1, false).atS == 12.0);  // the same wrong clock goes on
    CHECK(clock.disbelieved() == 1);
    SoundClock back(100);
    back.place(50.0, 1, false);
    CHECK(back.place(0.0, 1, false).atS == 51.0);
    CHECK(back.place(1.0, 1, false).atS == 52.0);
    CHECK(back.disbelieved() == 1);
    SoundClock unknown(0);
    CHECK(unknown.place(7200.0, 1, false).atS == 7200.0);  // a range of a long file begins there
    CHECK(unknown.place(7201.0 + 3601, 1, false).atS == 7201.0);
}

}  // namespace reelquery
