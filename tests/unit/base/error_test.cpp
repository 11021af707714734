#include "core/base/error.h"

#include <catch2/catch.hpp>

#include "core/base/cancel.h"

using namespace reelquery;

TEST_CASE("an error reads as one line with its hint in brackets") {
    CHECK(std::string(Error(ErrorCode::kVideo, "a.mp4 is empty", "copy it again").what()) ==
          "a.mp4 is empty (copy it again)");
    CHECK(std::string(Error(ErrorCode::kVideo, "a.mp4 is empty").what()) == "a.mp4 is empty");
}

TEST_CASE("a broken promise names the condition and the place") {
    const int frames = -1;
    try {
        ENSURE(frames >= 0, "frame counts are not negative");
        FAIL("did not throw");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kInternal);
        CHECK(error.message().find("frames >= 0") != std::string::npos);
        CHECK(error.message().find("error_test.cpp") != std::string::npos);
    }
}

TEST_CASE("a stop request turns into the cancelled error") {
    std::stop_source source;
    CHECK_NOTHROW(throwIfCancelled(source.get_token()));
    source.request_stop();
    CHECK_THROWS_AS(throwIfCancelled(source.get_token()), Error);
    CHECK_NOTHROW(throwIfCancelled(CancelToken()));
}

TEST_CASE("what a file holds cannot break the line, move the cursor or fill the screen") {
    const Error error(ErrorCode::kModel, "the entry \"a\nb\x1b[2J\x7f\" is wrong", "try\tagain");
    CHECK(error.message() == "the entry \"a?b?[2J?\" is wrong");
    CHECK(error.hint() == "try?again");
    std::string umlauts;
    while (umlauts.size() < 5000) umlauts += "\u00fc";
    CHECK(Error(ErrorCode::kModel, umlauts).message().size() <= 1003);
    CHECK(Error(ErrorCode::kModel, "x" + umlauts).message().ends_with("\u00fc..."));
}
