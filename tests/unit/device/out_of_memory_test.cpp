// What torch throws, worded for a person.

#include "core/device/out_of_memory.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <catch2/catch.hpp>

#include "core/session/failure.h"

namespace reelquery {

namespace {

Error described(const c10::Error& thrown) {
    return describeTorchError(thrown, -1, "reading the prompt");
}

/// As torch throws it where CUDA returns `code`.
c10::AcceleratorError cudaError(int code, const std::string& words) {
    return c10::AcceleratorError({"", "here.cpp", 1}, code,
                                 "CUDA error: " + words + "\nCUDA kernel errors might be ...");
}

}  // namespace

TEST_CASE("memory of the machine that torch does not get is told as memory") {
    try {
        at::empty({std::int64_t{1} << 50}, at::kFloat);  // 4 PiB
        FAIL("the machine has four pebibytes");
    } catch (const c10::Error& thrown) {
        const Error error = described(thrown);
        CHECK(error.code() == ErrorCode::kMemory);
        CHECK(error.message() == "the machine ran out of memory while reading the prompt");
        CHECK_FALSE(error.hint().empty());
    }
    const auto work = [] { at::empty({std::int64_t{1} << 50}, at::kFloat); };
    CHECK_THROWS_WITH(tellTorchErrors(-1, "calibrating", work),
                      Catch::Contains("ran out of memory while calibrating"));
}

TEST_CASE("a card that CUDA gave up asks for a restart, whichever error it was") {
    const int code = GENERATE(214, 700, 702, 710, 715, 716, 718, 719, 999);
    const Error error = described(cudaError(code, "an illegal memory access was encountered"));
    CHECK(error.code() == ErrorCode::kDevice);
    CHECK_THAT(error.message(), Catch::Contains("illegal memory access"));
    CHECK_THAT(error.message(), !Catch::Contains("\n"));
    CHECK_THAT(error.hint(), Catch::Contains("restart the program"));
}

TEST_CASE("a full card is memory, and a wrong call is a bug") {
    const c10::OutOfMemoryError full({"", "here.cpp", 1}, "CUDA out of memory. Tried to ...");
    CHECK(described(full).code() == ErrorCode::kMemory);
    CHECK(described(cudaError(2, "out of memory")).code() == ErrorCode::kMemory);
    CHECK(described(cudaError(1, "invalid argument")).code() == ErrorCode::kInternal);
}

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
