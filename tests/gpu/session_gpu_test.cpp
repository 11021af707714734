// A whole Session on a card: from a video file to the answer and what comes after it.
// Usage: session_gpu_test RESOURCES SCRATCH [Catch2's options]. RESOURCES holds demo_model and
// samples; below SCRATCH a random checkpoint of a published shape is written once.
// Exit: 77 where no card is usable, else Catch2's.

#define CATCH_CONFIG_RUNNER
#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "core/session/keep/feature_files.h"
#include "tests/gpu/card_session.h"
#include "tests/support/time_bounds.h"

namespace reelquery {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr double kCancelBoundS = 0.5;

/// Memory of the card that this test holds so that nothing else gets it.
class Ballast {
  public:
    /// Takes all that is free but `leftBytes`; what torch kept for itself is given back first.
    /// Throws nothing: it is called from event sinks.
    void fill(std::int64_t leftBytes) {
        at::accelerator::emptyCache();
        // What torch counts as free may lie in pieces, so the pieces shrink as they are refused.
        for (std::int64_t piece = std::int64_t{64} << 30; piece >= kLeastPiece; piece /= 2) {
            while (cudaFreeBytes(card()) - leftBytes >= piece && take(piece)) {
            }
        }
    }

    void release() {
        held_.clear();
        at::accelerator::emptyCache();
    }

  private:
    static constexpr std::int64_t kLeastPiece = std::int64_t{2} << 20;

    bool take(std::int64_t bytes) {
        try {
            held_.push_back(
                at::empty({bytes}, at::TensorOptions().dtype(at::kByte).device(
                                       at::kCUDA, static_cast<at::DeviceIndex>(card()))));
            return true;
        } catch (const c10::OutOfMemoryError&) {
            return false;
        }
    }

    std::vector<at::Tensor> held_;
};

}  // namespace

TEST_CASE("the embedded model answers on the card as on the processor", "[ask]") {
    const std::string words =
        GENERATE("Which colour is the cross?", "When does the orange cross appear?",
                 "What does the card say?", "When is the card shown?");
    AskRequest request = sampleQuestion(words);
    request.model.device = DeviceKind::kCpu;
    request.model.dtype = DtypeChoice::kFloat32;
    const AnswerReport onCpu = freshAnswer(request);
    CHECK_FALSE(onCpu.peakDeviceBytes);
    request.model.device = DeviceKind::kCuda;
    request.model.dtype = GENERATE(DtypeChoice::kFloat32, DtypeChoice::kBfloat16);
    const AnswerReport onCard = freshAnswer(request);
    std::printf("%s | %s: %s\n", words.c_str(), onCard.dtype.c_str(), onCard.answer.c_str());
    CHECK(onCard.device.starts_with("cuda:"));
    CHECK(onCard.answer == onCpu.answer);
    CHECK(onCard.promptTokens == onCpu.promptTokens);
    REQUIRE(onCard.peakDeviceBytes);
    CHECK(*onCard.peakDeviceBytes > 0);
    CHECK(onCard.peakHostBytes > 0);
}

TEST_CASE("reuse changes no bit where the number of split parts differs", "[reuse]") {
    // Capacities of these lengths lie in different numbers of 64-key parts, below the lengths at
    // which every processor of the card has its part anyway.
    const std::int64_t videoTokens = GENERATE(2500, 5000, 8400);
    RecordedSession recorded;
    AskRequest first = largeQuestion(videoTokens);
    first.generation.maxNewTokens = 700;
    const AnswerReport begun = answer(recorded, first);
    CHECK(begun.reusedTokens == 0);
    for (const int tokens : {64, 150}) {
        AskRequest second = first;
        second.question = "Which colours are there?";
        second.generation.maxNewTokens = tokens;
        const AnswerReport reused = answer(recorded, second);
        CAPTURE(videoTokens, tokens, reused.promptTokens);
        CHECK(reused.reusedTokens > reused.videoTokens);
        CHECK(reused.featuresFromCache);
        CHECK(reused.answer == freshAnswer(second).answer);
    }
}

TEST_CASE("a question about a video that was watched reads its words only", "[watch]") {
    RecordedSession recorded;
    AskRequest request = largeQuestion(24'000);
    request.generation.maxNewTokens = 16;
    const AnswerReport fresh = freshAnswer(request);
    REQUIRE(std::holds_alternative<Watched>(recorded.waitFor(recorded.session().watch(request))));
    const AnswerReport watched = answer(recorded, request);
    std::printf("first token after watching %.3f s, without %.3f s, %lld tokens\n",
                watched.firstTokenS, fresh.firstTokenS,
                static_cast<long long>(watched.promptTokens));
    CHECK(watched.answer == fresh.answer);
    CHECK(watched.reusedTokens > watched.videoTokens);
    CHECK(watched.firstTokenS < 0.3);
}

TEST_CASE("a prompt read while its video is encoded has the same bits", "[along]") {
    // Several chunks of 4,096 tokens; deep features with the third.
    const auto [kind, attention] =
        GENERATE(table<std::string, AttentionKind>({{"qwen2-vl-2b", AttentionKind::kDense},
                                                    {"qwen2-vl-2b", AttentionKind::kSparse},
                                                    {"qwen3-vl-2b", AttentionKind::kDense}}));
    AskRequest request = largeQuestion(24'000, kind);
    request.attention.kind = attention;
    request.attention.selector.threshold = 0.9;
    request.generation.maxNewTokens = 16;
    request.mayReuse = false;
    const Outcome plain = outcomeOf(request, false);
    const Outcome along = outcomeOf(request, true);
    CHECK_FALSE(plain.isReadBeforeAllIsSeen);
    CHECK(along.isReadBeforeAllIsSeen);
    checkSameOutcome(along, plain);
    for (const Outcome* one : {&plain, &along}) {
        const AnswerReport& report = one->report;
        std::printf(
            "%s, %s: decoding %.2f s (held up %.2f), frames waited for %.2f, encoding %.2f, "
            "prefill "
            "%.2f s\n",
            kind.c_str(), one == &plain ? "one after the other" : "read along",
            report.decodeStage.busyS, report.decodeStage.waitedS, report.decodeS, report.encodeS,
            report.prefillS);
    }
}

TEST_CASE("a card that fills up while the prompt is read along leaves the session well",
          "[along]") {
    RecordedSession recorded;
    AskRequest request = largeQuestion(24'000);
    request.generation.maxNewTokens = 8;
    request.mayReuse = false;
    const AnswerReport before = answer(recorded, request);
    Ballast ballast;
    bool isFull = false;
    recorded.onEvent = [&](const Event& event) {
        if (isFull || !inPhase(event, Phase::kPrefill)) return;
        isFull = true;
        ballast.fill(std::int64_t{8} << 20);
    };
    const Event last = recorded.waitFor(recorded.session().ask(request));
    recorded.onEvent = {};
    ballast.release();
    // What torch held may have sufficed; a failure must say so and leave nothing behind.
    if (const auto* failed = std::get_if<Failed>(&last)) CHECK(failed->code == ErrorCode::kMemory);
    CHECK(answer(recorded, request).answer == before.answer);
}

TEST_CASE("evidence on the card points where the processor's does", "[evidence]") {
    AskRequest request = sampleQuestion("When does the orange cross appear?");
    request.wantEvidence = true;
    request.model.dtype = DtypeChoice::kFloat32;
    const AnswerReport onCard = freshAnswer(request);
    request.model.device = DeviceKind::kCpu;
    const AnswerReport onCpu = freshAnswer(request);
    CHECK(onCard.notes == onCpu.notes);
    REQUIRE_FALSE(onCard.evidence.moments.empty());
    REQUIRE(onCard.evidence.weights.size() == onCpu.evidence.weights.size());
    for (std::size_t i = 0; i < onCpu.evidence.weights.size(); ++i) {
        CHECK(std::abs(onCard.evidence.weights[i] - onCpu.evidence.weights[i]) < 0.01F);
    }
    // The cross is there from 56.6 to 60.6 s.
    CHECK(onCard.evidence.moments.front().fromS <= 60.6);
    CHECK(onCard.evidence.moments.front().toS >= 56.6);
}

TEST_CASE("a comparison runs on the card, with memory by name", "[compare]") {
    CompareRequest request;
    request.ask = largeQuestion(16000);
    request.ask.attention.kind = AttentionKind::kSparse;
    request.ask.attention.selector.threshold = 0.9;
    request.ask.generation.maxNewTokens = 16;
    request.rounds = 2;
    RecordedSession recorded;
    const Event last = recorded.waitFor(recorded.session().compare(request));
    if (const auto* failed = std::get_if<Failed>(&last)) FAIL(failed->message);
    const ComparisonReport report = std::get<ComparisonDone>(last).report;
    for (const ComparedSide* side : {&report.dense, &report.sparse}) {
        CHECK(side->report.peakDeviceBytes);
        CHECK(side->prefillS.median > 0);
    }
    CHECK(report.dense.report.density == 1);
    CHECK(report.sparse.report.density < 1);
    AskRequest dense = request.ask;
    dense.attention = {};
    CHECK(freshAnswer(dense).answer == report.dense.report.answer);
}

TEST_CASE("features go from the disk to the card and answer as new ones", "[disk]") {
    SessionStorage storage;
    storage.featureFolder = cardFolders().scratch / "features";
    std::filesystem::remove_all(storage.featureFolder);
    const AskRequest request = largeQuestion(30000);
    AnswerReport first, second;
    {
        RecordedSession recorded(storage);
        first = answer(recorded, request);
    }
    REQUIRE(storedFeatures(storage.featureFolder).videos == 1);
    {
        RecordedSession recorded(storage);
        second = answer(recorded, request);
    }
    CHECK_FALSE(first.featuresFromCache);
    CHECK(second.featuresFromCache);
    CHECK(second.encodeS == 0);
    CHECK(second.reusedTokens == 0);
    CHECK(second.answer == first.answer);
    CHECK(second.notes.empty());
}

TEST_CASE("a stop is heard within half a second in every phase", "[cancel]") {
    struct Case {
        Phase phase;
        int afterMs;  ///< into the phase
    };

    // Loading: while the file is read, and while its tensors go to the card.
    const Case one =
        GENERATE(Case{Phase::kLoad, 0}, Case{Phase::kLoad, 300}, Case{Phase::kLoad, 700},
                 Case{Phase::kDecode, 0}, Case{Phase::kEncode, 100}, Case{Phase::kPrefill, 0},
                 Case{Phase::kPrefill, 150}, Case{Phase::kAnswer, 0});
    AskRequest request = largeQuestion(60000);
    request.generation.maxNewTokens = 5000;
    const double tookS = leastOfThree(kCancelBoundS, [&] {
        RecordedSession recorded;
        const RequestId id = recorded.session().ask(request);
        recorded.waitUntil(id, [&](const Event& event) { return inPhase(event, one.phase); });
        std::this_thread::sleep_for(std::chrono::milliseconds(one.afterMs));
        const auto asked = Clock::now();
        recorded.session().cancel(id);
        const Event last = recorded.waitFor(id);
        CHECK(std::holds_alternative<Cancelled>(last));
        return std::chrono::duration<double>(Clock::now() - asked).count();
    });
    std::printf("stop in phase %d after %d ms: %.3f s\n", static_cast<int>(one.phase), one.afterMs,
                tookS);
    CHECK(tookS < kCancelBoundS);
}

TEST_CASE("a stop is heard while features are stored from the card and loaded to it", "[cancel]") {
    SessionStorage storage;
    storage.featureFolder = cardFolders().scratch / "stopped-features";
    std::filesystem::remove_all(storage.featureFolder);
    AskRequest request = largeQuestion(60000);
    request.generation.maxNewTokens = 8;
    {
        RecordedSession recorded(storage);
        answer(recorded, request);
    }
    for (const bool loads : {false, true}) {
        if (!loads) std::filesystem::remove_all(storage.featureFolder);
        std::promise<void> begun;
        int pieces = 0;
        storage.afterPiece = [&] {
            if (++pieces == 2) begun.set_value();
            std::this_thread::sleep_for(50ms);  // 180 MB in 700 pieces: 35 s
        };
        RecordedSession recorded(storage);
        const RequestId id = recorded.session().ask(request);
        REQUIRE(begun.get_future().wait_for(1min) == std::future_status::ready);
        const auto asked = Clock::now();
        recorded.session().cancel(id);
        const Event last = recorded.waitFor(id);
        const double tookS = std::chrono::duration<double>(Clock::now() - asked).count();
        std::printf("stop while %s features: %.3f s\n", loads ? "loading" : "storing", tookS);
        CHECK(tookS < kCancelBoundS);
        CHECK(std::holds_alternative<Cancelled>(last) == loads);
        CHECK(std::holds_alternative<AnswerDone>(last) == !loads);
        storage.afterPiece = {};
        if (!loads) {
            RecordedSession again(storage);
            answer(again, request);
        }
    }
}

TEST_CASE("the card holds at its peak what the plan said, within a tenth", "[memory]") {
    const std::int64_t tokens = GENERATE(15000, 60000);
    AskRequest request = largeQuestion(tokens, "qwen2-vl-7b");
    request.wantEvidence = true;
    RecordedSession recorded;
    const Plan plan = planned(recorded, request);
    REQUIRE(plan.fits);
    const AnswerReport report = answer(recorded, request);
    REQUIRE(report.peakDeviceBytes);
    const double peak = gib(*report.peakDeviceBytes), said = gib(plan.memoryBytes());
    std::printf(
        "7B bf16, %lld video tokens: plan %.2f GiB (weights %.2f, cache %.2f, work %.2f), "
        "peak %.2f GiB of the card, %.2f GiB of the host\n",
        static_cast<long long>(report.videoTokens), said, gib(plan.weightBytes),
        gib(plan.cacheBytes), gib(plan.workBytes), peak, gib(report.peakHostBytes));
    CHECK(peak <= said);
    CHECK(peak >= 0.9 * said);
    // A follow-up holds the same weights, keys and values.
    request.question = "And then?";
    const AnswerReport next = answer(recorded, request);
    CHECK(next.reusedTokens > 0);
    CHECK(gib(*next.peakDeviceBytes) <= said);
    CHECK(gib(*next.peakDeviceBytes) >= 0.8 * said);
}

TEST_CASE("float32 stays inside its plan", "[memory]") {
    const std::int64_t tokens = GENERATE(15000, 32000);
    AskRequest request = largeQuestion(tokens);
    request.model.dtype = DtypeChoice::kFloat32;
    request.generation.maxNewTokens = 16;
    RecordedSession recorded;
    const Plan plan = planned(recorded, request);
    REQUIRE(plan.fits);
    const AnswerReport report = answer(recorded, request);
    REQUIRE(report.peakDeviceBytes);
    std::printf("2B float32, %lld video tokens: plan %.2f GiB, peak %.2f GiB\n",
                static_cast<long long>(report.videoTokens), gib(plan.memoryBytes()),
                gib(*report.peakDeviceBytes));
    CHECK(report.dtype == "float32");
    CHECK(*report.peakDeviceBytes <= plan.memoryBytes());
}

TEST_CASE("sampled answers repeat with their seed and differ with another", "[sampling]") {
    AskRequest request = largeQuestion(2500);
    request.generation.temperature = 0.8;
    request.generation.topP = 0.9;
    request.generation.seed = 5;
    RecordedSession recorded;
    const AnswerReport first = answer(recorded, request);
    CHECK(answer(recorded, request).answer == first.answer);
    CHECK(freshAnswer(request).answer == first.answer);
    request.generation.seed = 6;
    CHECK(answer(recorded, request).answer != first.answer);
    std::printf("sampled: %.1f tokens/s\n", first.tokensPerS);
}

TEST_CASE("a card that is full says so with its numbers, and the program goes on", "[full]") {
    RecordedSession recorded;
    const AskRequest request = largeQuestion(30000);
    const AnswerReport before = answer(recorded, request);

    Ballast ballast;
    recorded.onEvent = [&](const Event& event) {
        if (std::holds_alternative<PlanReady>(event)) ballast.fill(std::int64_t{256} << 20);
    };
    AskRequest anew = request;
    anew.mayReuse = false;
    Event last = recorded.waitFor(recorded.session().ask(anew));
    REQUIRE(std::holds_alternative<Failed>(last));
    const Failed failed = std::get<Failed>(last);
    std::printf("%s\n  %s\n", failed.message.c_str(), failed.hint.c_str());
    CHECK(failed.code == ErrorCode::kMemory);
    CHECK_THAT(failed.message, Catch::Contains("the GPU ran out of memory while") &&
                                   Catch::Contains("GiB were in use"));
    recorded.onEvent = {};
    ballast.release();
    CHECK(answer(recorded, anew).answer == before.answer);

    // Full from the start: the plan refuses, and names the processor.
    ballast.fill(std::int64_t{64} << 20);
    anew.model.dtype = DtypeChoice::kFloat32;
    anew.model.device = DeviceKind::kAuto;
    last = recorded.waitFor(recorded.session().ask(anew));
    ballast.release();
    REQUIRE(std::holds_alternative<Failed>(last));
    CHECK(std::get<Failed>(last).code == ErrorCode::kMemory);
    CHECK_THAT(std::get<Failed>(last).hint, Catch::Contains("--device cpu"));
    CHECK(answer(recorded, request).answer == before.answer);
}

TEST_CASE("a card that is full when evidence is looked for keeps the answer", "[full]") {
    RecordedSession recorded;
    AskRequest request = largeQuestion(60000);
    request.generation.maxNewTokens = 8;
    const AnswerReport before = answer(recorded, request);
    Ballast ballast;
    recorded.onEvent = [&](const Event& event) {
        const auto* progress = std::get_if<Progress>(&event);
        if (!progress || progress->phase != Phase::kAnswer) return;
        if (progress->done == progress->total) ballast.fill(std::int64_t{64} << 20);
    };
    request.wantEvidence = true;
    const AnswerReport report = answer(recorded, request);
    recorded.onEvent = {};
    ballast.release();
    CHECK(report.answer == before.answer);
    CHECK(report.evidence.isEmpty());
    REQUIRE_FALSE(report.notes.empty());
    std::printf("%s\n", report.notes.front().c_str());
    CHECK_THAT(report.notes.front(), Catch::StartsWith("no evidence: the GPU ran out of memory"));
    CHECK_FALSE(answer(recorded, request).evidence.isEmpty());
}

}  // namespace reelquery

int main(int argc, char** argv) {
    // Before the first tensor, see cuda_libraries.h.
    const reelquery::CudaLibraries& libraries = reelquery::cudaLibraries();
    if (!libraries.usable()) {
        std::printf("skipped: %s\n", libraries.whyNone().c_str());
        return 77;
    }
    if (argc < 3) {
        std::fputs("usage: session_gpu_test RESOURCES SCRATCH [options]\n", stderr);
        return 2;
    }
    std::printf("on %s, kernels: %s\n", libraries.usable()->card.name.c_str(),
                libraries.kernelsProblem.empty() ? "ours" : libraries.kernelsProblem.c_str());
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (!libraries.kernelsProblem.empty()) return 1;
    reelquery::cardFolders() = {argv[1], argv[2]};
    std::filesystem::create_directories(argv[2]);
    std::vector<char*> rest = {argv[0]};
    rest.insert(rest.end(), argv + 3, argv + argc);
    return Catch::Session().run(static_cast<int>(rest.size()), rest.data());
}
