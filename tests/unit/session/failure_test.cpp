// Whatever a request throws, worded for a person.

#include "core/session/failure.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <catch2/catch.hpp>

namespace reelquery {

namespace {

/// As torch throws it where CUDA returns `code`.
c10::AcceleratorError cudaError(int code, const std::string& words) {
    return c10::AcceleratorError({"", "here.cpp", 1}, code,
                                 "CUDA error: " + words + "\nCUDA kernel errors might be ...");
}

}  // namespace

TEST_CASE("whatever a request throws ends it with the right kind of event") {
    const auto endOf = [](const auto& thrown) {
        return endOfThrown(7, std::make_exception_ptr(thrown), "so far");
    };
    const auto codeOf = [&](const auto& thrown) {
        const Event end = endOf(thrown);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).request == 7);
        CHECK(std::get<Failed>(end).partialAnswer == "so far");
        CHECK_FALSE(std::get<Failed>(end).message.empty());
        return std::get<Failed>(end).code;
    };
    CHECK(codeOf(Error(ErrorCode::kVideo, "no video")) == ErrorCode::kVideo);
    CHECK(codeOf(std::bad_alloc()) == ErrorCode::kMemory);
    CHECK(codeOf(std::runtime_error("odd")) == ErrorCode::kInternal);
    CHECK(codeOf(5) == ErrorCode::kInternal);
    CHECK(codeOf(cudaError(719, "unspecified launch failure")) == ErrorCode::kDevice);
    // A full card on a machine that has none: asking it for its numbers must not end the program.
    CHECK(codeOf(c10::OutOfMemoryError({"", "here.cpp", 1}, "CUDA out of memory")) ==
          ErrorCode::kMemory);
    const Event stopped = endOf(Error(ErrorCode::kCancelled, "stopped"));
    REQUIRE(std::holds_alternative<Cancelled>(stopped));
    CHECK(std::get<Cancelled>(stopped).partialAnswer == "so far");
}

}  // namespace reelquery
