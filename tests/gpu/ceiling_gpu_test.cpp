// Models under a ceiling of the card's memory, as on a smaller card: what torch
// holds, in use or not.

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>

#include "core/device/cuda_memory.h"
#include "core/session/plan/memory_need.h"
#include "tests/gpu/card_session.h"

namespace reelquery {

namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

/// A 7B whose file holds packed weights; random_awq.py makes it.
const std::string kAwqFolder = "qwen2-vl-7b-awq";

struct Ceiling {
    std::string kind;
    WeightChoice weights;
    KvChoice kv;
    std::int64_t budget;       ///< of video tokens: rounded down to whole rows of frames
    std::int64_t leastTokens;  ///< that the sample makes of it
    std::int64_t gib;
};

AskRequest questionUnder(const Ceiling& ceiling) {
    AskRequest request = largeQuestion(ceiling.budget, ceiling.kind);
    request.model.weights = ceiling.weights;
    request.model.kv = ceiling.kv;
    request.generation.maxNewTokens = 10;
    request.maxMemoryBytes = ceiling.gib * kGiB;
    return request;
}

/// Most that torch's allocator had of the card since the question began.
std::int64_t peakHeldBytes() {
    return at::accelerator::getDeviceStats(static_cast<at::DeviceIndex>(card()))
        .reserved_bytes[0]
        .peak;
}

}  // namespace

TEST_CASE("models answer below the ceiling that their plan fits", "[.][ceiling]") {
    const Ceiling ceiling =
        GENERATE(Ceiling{"qwen2-vl-7b", WeightChoice::kInt4, KvChoice::kRun, 40960, 32768, 12},
                 Ceiling{kAwqFolder, WeightChoice::kStored, KvChoice::kRun, 40960, 32768, 12},
                 Ceiling{"qwen3-vl-8b", WeightChoice::kInt4, KvChoice::kRun, 40960, 32768, 12},
                 Ceiling{"qwen2-vl-2b", WeightChoice::kStored, KvChoice::kRun, 40960, 32768, 8},
                 Ceiling{"qwen3-vl-4b", WeightChoice::kInt4, KvChoice::kInt8, 20480, 16384, 8});
    if (ceiling.kind == kAwqFolder &&
        !std::filesystem::exists(cardFolders().scratch / kAwqFolder / "tokenizer.json")) {
        WARN("no AWQ folder: tests/gpu/random_awq.py makes one");
        return;
    }
    const AskRequest request = questionUnder(ceiling);
    RecordedSession recorded;
    const Plan plan = planned(recorded, request);
    for (const std::string& reason : plan.reasons) std::printf("  %s\n", reason.c_str());
    REQUIRE(plan.fits);
    const AnswerReport report = answer(recorded, request);
    REQUIRE(report.peakDeviceBytes);
    const double said = gib(plan.memoryBytes()), used = gib(*report.peakDeviceBytes),
                 held = gib(peakHeldBytes());
    std::printf(
        "%s, %lld video tokens, ceiling %lld GiB: plan %.2f GiB (weights %.2f, "
        "cache %.2f, work "
        "%.2f), peak in use %.2f, held %.2f, first token %.2f s, %.1f tokens/s\n",
        ceiling.kind.c_str(), static_cast<long long>(report.videoTokens),
        static_cast<long long>(ceiling.gib), said, gib(plan.weightBytes), gib(plan.cacheBytes),
        gib(plan.workBytes), used, held, report.firstTokenS, report.tokensPerS);
    CHECK(report.videoTokens >= ceiling.leastTokens);
    CHECK(report.answerTokens == 10);
    // What is held and not in use goes back when something else needs it.
    CHECK(held <= static_cast<double>(ceiling.gib));
    CHECK(used <= said);
    CHECK(used >= 0.95 * said);
}

TEST_CASE("features that lie on the host change no answer", "[.][ceiling]") {
    AskRequest request = largeQuestion(8192, "qwen3-vl-4b");
    request.generation.maxNewTokens = 8;
    request.mayReuse = false;
    RecordedSession recorded;
    const Plan whole = planned(recorded, request);
    const AnswerReport resident = answer(recorded, request);
    constexpr std::int64_t kMuch = 1024 * kGiB;
    request.maxMemoryBytes = whole.memoryBytes() - 1 + kMuch - plannableCardBytes(kMuch);
    const Plan tight = planned(recorded, request);
    REQUIRE(tight.fits);
    CHECK(std::any_of(tight.reasons.begin(), tight.reasons.end(), [](const std::string& reason) {
        return reason.find("features lie in the machine's memory") != std::string::npos;
    }));
    CHECK(tight.hostBytes - whole.hostBytes == whole.featureBytes);
    const AnswerReport moved = answer(recorded, request);
    CHECK_FALSE(moved.featuresFromCache);
    CHECK(moved.answer == resident.answer);
    REQUIRE(moved.peakDeviceBytes);
    CHECK(*moved.peakDeviceBytes < *resident.peakDeviceBytes);
    // What an earlier question left on the card is moved, what lies on disk comes to the host.
    request.mayReuse = true;
    AskRequest roomy = request;
    roomy.maxMemoryBytes = 0;
    CHECK(answer(recorded, roomy).answer == resident.answer);
    const AnswerReport kept = answer(recorded, request);
    CHECK(kept.featuresFromCache);
    CHECK(kept.answer == resident.answer);
}

TEST_CASE("below too low a ceiling a question is refused with its choices", "[.][ceiling]") {
    const AskRequest request =
        questionUnder({"qwen2-vl-7b", WeightChoice::kInt4, KvChoice::kRun, 40960, 32768, 6});
    RecordedSession recorded;
    const Event last = recorded.waitFor(recorded.session().ask(request));
    REQUIRE(std::holds_alternative<Failed>(last));
    const Failed failed = std::get<Failed>(last);
    std::printf("%s\n  %s\n", failed.message.c_str(), failed.hint.c_str());
    CHECK(failed.code == ErrorCode::kMemory);
    CHECK_THAT(failed.message, Catch::Contains("GiB are free"));
    CHECK_THAT(failed.hint, Catch::Contains("--"));
    // The ceiling was the question's, not the session's.
    AskRequest smaller = largeQuestion(4096);
    smaller.generation.maxNewTokens = 4;
    CHECK_FALSE(answer(recorded, smaller).answer.empty());
}

TEST_CASE("torch refuses what lies above a ceiling, and no longer when it is gone",
          "[.][ceiling]") {
    at::accelerator::emptyCache();
    const auto options = at::TensorOptions().dtype(at::kByte).device(
        at::kCUDA, static_cast<at::DeviceIndex>(card()));
    const std::int64_t heldBefore =
        at::accelerator::getDeviceStats(static_cast<at::DeviceIndex>(card()))
            .reserved_bytes[0]
            .current;
    {
        const CardMemoryLimit limit(card(), heldBefore + kGiB);
        CHECK(at::empty({kGiB / 2}, options).defined());
        CHECK_THROWS_AS(at::empty({kGiB + kGiB / 2}, options), c10::OutOfMemoryError);
        const Error refused = cudaOutOfMemory(card(), "testing");
        std::printf("%s\n", refused.what());
        CHECK_THAT(refused.what(), Catch::Contains("1.0"));
    }
    CHECK(at::empty({kGiB + kGiB / 2}, options).defined());
}

}  // namespace reelquery
