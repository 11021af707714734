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
