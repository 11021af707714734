#include <catch2/catch.hpp>

#include "core/attention/attention_kernels.h"
#include "core/attention/cuda_kernels.h"
#include "core/device/cuda_driver.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "kernels/cuda/image_choice.h"

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

namespace {

std::vector<int> probed;  // by the probe below, in order

// A library with images of 8.x and 9.x and PTX of 10.0, whose compiling fails on card 3, and a card
// 7 that does not answer.
kernels::CudaImages images(int major, int minor) {
    return kernels::cuda::imagesFor(major, minor, {80, 90}, {100});
}

kernels::Status probe(int device, kernels::CudaPath) {
    probed.push_back(device);
    if (device == 7) return {kernels::StatusCode::kDevice, "uncorrectable ECC error"};
    if (device == 3) return {kernels::StatusCode::kUnsupported, "the driver has no compiler"};
    return {};
}

std::string whyNot(const std::vector<CudaCardState>& cards) {
    probed.clear();
    CudaKernelTable table;
    table.images = images;
    table.probe = probe;
    return whyNoKernels(cards, table);
}

CudaCardState stateOf(int index, int major, int minor, const char* problem = "") {
    CudaCardState state{cardOf(major, minor), problem};
    state.card.index = index;
    return state;
}

}  // namespace

TEST_CASE("A card that our library has no kernels for leaves torch's, with a line that names it") {
    CHECK(whyNot({stateOf(0, 9, 0), stateOf(1, 8, 6)}).empty());
    CHECK(probed.empty());  // no CUDA context where there are images

    const std::string why = whyNot({stateOf(0, 9, 0), stateOf(2, 9, 1), stateOf(4, 7, 0)});
    CHECK_THAT(why, Catch::Contains("NVIDIA card (compute capability 7.0)"));
    CHECK_THAT(why, Catch::Contains("holds no kernels"));
    CHECK_THAT(why, Catch::Contains("update Reelquery"));
    CHECK(probed.empty());
}

TEST_CASE("Where the driver must compile our kernels for a card, the card itself is asked") {
    CHECK(whyNot({stateOf(2, 12, 0), stateOf(5, 12, 0)}).empty());
    CHECK(probed == std::vector<int>{2});  // equal cards are asked about once
    CHECK_THAT(whyNot({stateOf(0, 9, 0), stateOf(3, 13, 0)}), Catch::Contains("no compiler"));
    CHECK_THAT(whyNot({stateOf(7, 11, 0)}), Catch::Contains("ECC error"));
    // A card that cannot be used anyway is not touched.
    CHECK(whyNot({stateOf(3, 13, 0, "too old a driver"), stateOf(1, 8, 9)}).empty());
    CHECK(probed.empty());
}

TEST_CASE("An image serves its major number from its minor one on, PTX all that comes later") {
    using kernels::CudaImages;
    const auto choice = [](int major, int minor) {
        return kernels::cuda::imagesFor(major, minor, {80, 86, 90, 100, 120}, {80});
    };
    const std::vector<std::pair<int, int>> served = {{8, 0},  {8, 6},  {8, 9},  {9, 0},
                                                     {10, 0}, {10, 3}, {12, 0}, {12, 1}};
    for (const auto& [major, minor] : served) CHECK(choice(major, minor) == CudaImages::kImage);
    CHECK(choice(11, 0) == CudaImages::kPtx);
    CHECK(choice(13, 0) == CudaImages::kPtx);
    CHECK(choice(7, 5) == CudaImages::kNone);
    CHECK(kernels::cuda::imagesFor(8, 0, {86}, {}) == CudaImages::kNone);
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
    table.images = images;
    table.probe = probe;
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
    const auto nothing = [](const auto*, kernels::CudaStream) { return kernels::Status{}; };
    table.retile = [](const kernels::SourceMatrix*, const kernels::TiledMatrix*, std::int64_t,
                      kernels::CudaStream) { return kernels::Status{}; };
    table.fewRows = nothing;
    table.bf16Row = nothing;
    table.unpack = nothing;
    table.fp8Rows = nothing;
    table.fp8Codes = nothing;
    table.int8Pack = nothing;
    table.int8Unpack = nothing;
    table.int8Decode = [](const kernels::CudaInt8DecodeInputs*, kernels::CudaWorkspace,
                          kernels::CudaStream) { return kernels::Status{}; };
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
