#include "core/base/media_time.h"

#include <catch2/catch.hpp>
#include <limits>

using reelquery::formatClock;

TEST_CASE("clock times are what a player shows") {
    CHECK(formatClock(0) == "0:00");
    CHECK(formatClock(7.99) == "0:07");
    CHECK(formatClock(65) == "1:05");
    CHECK(formatClock(3599.5) == "59:59");
    CHECK(formatClock(3723) == "1:02:03");
    CHECK(formatClock(36000) == "10:00:00");
}

TEST_CASE("times that are none show the start") {
    CHECK(formatClock(-3) == "0:00");
    CHECK(formatClock(std::numeric_limits<double>::quiet_NaN()) == "0:00");
    CHECK(formatClock(std::numeric_limits<double>::infinity()) == "0:00");
}
