#include "app/cli/shared_flags.h"

#include <catch2/catch.hpp>

using namespace reelquery;

TEST_CASE("clock times are read in the three usual spellings") {
    CHECK(parseClock("83", "--from") == 83);
    CHECK(parseClock("83.5", "--from") == 83.5);
    CHECK(parseClock("1:23", "--from") == 83);
    CHECK(parseClock("1:02:03.5", "--from") == 3723.5);
    CHECK(parseClock("90:00", "--from") == 5400);
}

TEST_CASE("anything else is refused with the flag's name") {
    const auto text = GENERATE(as<std::string>(), "", "soon", "1:", ":5", "1:2:3:4", "-5", "1e3", "1:99",
                               "1:60:00", "1:02:60", "1.5:30", "1.2.3", "1:2.5:3", ".");
    try {
        parseClock(text, "--from");
        FAIL("accepted '" << text << "'");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        CHECK(error.message().find("--from") != std::string::npos);
    }
}

TEST_CASE("an empty range is refused") {
    SamplingFlags flags;
    flags.from = "10";
    flags.to = "5";
    CHECK_THROWS_AS(flags.options(), Error);
    flags.to = "10.5";
    CHECK(flags.options().toS == 10.5);
}
