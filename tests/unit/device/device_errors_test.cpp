// What a person reads when memory or a card gives out.

#include "core/device/device_errors.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <catch2/catch.hpp>
#include <new>
#include <stdexcept>

namespace reelquery {

namespace {

/// deviceError() of whatever `action` throws.
template <class Action>
std::optional<Error> errorOf(const Action& action) {
    try {
        action();
    } catch (...) {
        return deviceError(-1, "testing");
    }
    FAIL("nothing was thrown");
    return std::nullopt;
}

}  // namespace

TEST_CASE("An allocation that torch refuses on the CPU is told with its numbers") {
    const auto error = errorOf([] { (void)at::empty({std::int64_t{1} << 50}); });  // 4 PiB
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::kMemory);
    CHECK_THAT(error->message(), Catch::Contains("while testing") &&
                                     Catch::Contains("4194304.00 GiB more were wanted") &&
                                     Catch::Contains("are free"));
    CHECK_FALSE(error->hint().empty());
}

TEST_CASE("A size beyond all numbers and a refusal by the system are told as well") {
    const auto absurd = errorOf([] {
        (void)at::empty({std::int64_t{1} << 40, std::int64_t{1} << 40});
    });
    REQUIRE(absurd);
    CHECK(absurd->code() == ErrorCode::kMemory);
    const auto system = errorOf([] { throw std::bad_alloc(); });
    REQUIRE(system);
    CHECK(system->code() == ErrorCode::kMemory);
    CHECK_THAT(system->message(), Catch::Contains("are free"));
}

TEST_CASE("A card that stays broken asks for a restart, one that failed once does not") {
    const auto failure = [](int code) {
        return errorOf([&] {
            throw c10::AcceleratorError({__func__, __FILE__, __LINE__}, code,
                                        "CUDA error: an illegal memory access was encountered\n"
                                        "Compile with TORCH_USE_CUDA_DSA");
        });
    };
    const auto sticky = failure(700);
    REQUIRE(sticky);
    CHECK(sticky->code() == ErrorCode::kDevice);
    CHECK_THAT(sticky->message(),
               Catch::Contains("illegal memory access") && !Catch::Contains("TORCH_USE_CUDA_DSA"));
    CHECK_THAT(sticky->hint(), Catch::Contains("restart the program"));
    const auto passing = failure(1);
    REQUIRE(passing);
    CHECK(passing->code() == ErrorCode::kDevice);
    CHECK_THAT(passing->hint(), !Catch::Contains("restart"));
    const auto pinned = failure(2);
    REQUIRE(pinned);
    CHECK(pinned->code() == ErrorCode::kMemory);
}

TEST_CASE("Our own errors pass through, and a bug stays one") {
    const auto own = errorOf([] { throw Error(ErrorCode::kVideo, "no such file"); });
    REQUIRE(own);
    CHECK(own->code() == ErrorCode::kVideo);
    CHECK_FALSE(errorOf([] { throw std::logic_error("a bug"); }));
    CHECK_FALSE(errorOf([] { (void)at::zeros({2}).view({3}); }));
    CHECK_THROWS_AS(
        [] {
            try {
                throw std::logic_error("a bug");
            } catch (...) {
                rethrowDeviceError(-1, "testing");
            }
        }(),
        std::logic_error);
}

}  // namespace reelquery
