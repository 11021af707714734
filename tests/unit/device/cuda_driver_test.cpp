#include <catch2/catch.hpp>

#include "core/attention/attention_kernels.h"
#include "core/attention/cuda_kernels.h"
#include "core/device/cuda_driver.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"

namespace reelquery::test {

namespace {

CudaDriverReport driverOf(int version) {
    CudaDriverReport report;
    report.version = version;
    return report;
}

CudaCard cardOf(int major, int minor) {
    return {0, "NVIDIA card", std::int64_t{16} << 30, major, minor};
}

}  // namespace

TEST_CASE("A card is refused for its driver or its age, with both numbers") {
    struct Case {
        int driver, major, minor;
        const char* says;  // part of the reason; empty: usable
    };

    const auto c = GENERATE(Case{13000, 9, 0, ""}, Case{13000, 8, 0, ""}, Case{13020, 12, 0, ""},
                            Case{12080, 9, 0, "runs CUDA 12.8 and 13.0 is needed"},
                            Case{12040, 7, 5, "driver 580"}, Case{13000, 7, 5, "is 7.5 and 8.0"},
                            Case{13000, 0, 0, "is 0.0 and 8.0"});
    const std::string why = whyUnusable(driverOf(c.driver), cardOf(c.major, c.minor));
    CAPTURE(why);
    if (*c.says == '\0') {
        CHECK(why.empty());
    } else {
        CHECK_THAT(why, Catch::Contains(c.says));
    }
}

TEST_CASE("Compute capability 9 runs the Hopper kernels and no other does") {
    CHECK(std::string(kernelsOf(cardOf(9, 0))) == "Hopper kernels");
    CHECK(std::string(kernelsOf(cardOf(8, 9))) == "portable kernels");
    CHECK(std::string(kernelsOf(cardOf(12, 0))) == "portable kernels");
}

TEST_CASE("The first usable card is taken, and with none the reason names the first") {
    CudaLibraries found;
    found.driverProblem = "no driver";
    CHECK(found.usable() == nullptr);
    CHECK(found.whyNone() == "no driver");

    found.driverProblem.clear();
    found.cards = {{cardOf(7, 5), "too old"}, {cardOf(9, 0), "no library"}};
    found.cards[1].card.index = 1;
    CHECK(found.usable() == nullptr);
    CHECK(found.whyNone() == "NVIDIA card: too old");

    found.cards[1].problem.clear();
    REQUIRE(found.usable() != nullptr);
    CHECK(found.usable()->card.index == 1);
    CHECK(found.usable(0) == nullptr);
    CHECK(found.whyNone().empty());
}

TEST_CASE("This machine's cards are usable or each says why not") {
    const CudaLibraries& libraries = cudaLibraries();
    if (libraries.cards.empty()) {
        CHECK_FALSE(libraries.driverProblem.empty());
    } else {
        CHECK(libraries.driverProblem.empty());
    }
    CHECK(libraries.whyNone().empty() == (libraries.usable() != nullptr));
    if (libraries.usable()) {
        CHECK(libraries.kernels.isComplete() == libraries.kernelsProblem.empty());
    } else {
        CHECK_FALSE(libraries.kernels.isComplete());
    }
}

TEST_CASE("GPU kernels say which inputs they leave to torch") {
    const CudaKernels absent({}, "the library is not there");
    CHECK(absent.whyNotSparse(true, 128) == "the library is not there");

    CudaKernelTable table;  // never called here
    table.workspaceBytes = [](const kernels::AttentionShape*, const kernels::SelectionParams*,
                              kernels::CudaPath) -> std::size_t { return 0; };
    table.prefill = [](const kernels::AttentionInputs*, const kernels::BlockLists*,
                       const kernels::MutableHeadsView*, kernels::CudaWorkspace, kernels::CudaPath,
                       kernels::CudaStream) { return kernels::Status{}; };
    table.select = [](const kernels::AttentionInputs*, const kernels::SelectionParams*,
                      const kernels::CudaSelection*, kernels::CudaWorkspace, kernels::CudaPath,
                      kernels::CudaStream) { return kernels::Status{}; };
    table.decodeWorkspaceBytes = [](const kernels::AttentionShape*) -> std::size_t { return 0; };
    table.decode = [](const kernels::CudaDecodeInputs*, kernels::CudaWorkspace,
                      kernels::CudaStream) { return kernels::Status{}; };
    table.rotate = [](const kernels::CudaRotation*, kernels::CudaStream) {
        return kernels::Status{};
    };
    table.gate = [](const kernels::CudaGate*, kernels::CudaStream) { return kernels::Status{}; };
    table.norm = [](const kernels::CudaNorm*, kernels::CudaStream) { return kernels::Status{}; };
    const CudaKernels present(table, "");
    CHECK(present.whyNotSparse(true, 128).empty());
    CHECK(present.whyNotSparse(true, 64).empty());
    CHECK_THAT(present.whyNotSparse(false, 128), Catch::Contains("float32"));
    CHECK_THAT(present.whyNotSparse(true, 80), Catch::Contains("not 80"));
}

TEST_CASE("A full card is described with what was used and free") {
    const Error error =
        describeOutOfMemory("reading the prompt", std::int64_t{3} << 29, std::int64_t{1} << 28);
    CHECK(error.code() == ErrorCode::kMemory);
    CHECK(error.message() ==
          "the GPU ran out of memory while reading the prompt: 1.50 GiB were in use and 0.25 GiB "
          "free");
    CHECK_THAT(error.hint(), Catch::Contains("--device cpu"));
}

}  // namespace reelquery::test
