// What a plan counts, and where: a card's memory, the host's, and what comes after the answer.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "core/attention/mass_recorder.h"
#include "core/base/error.h"
#include "core/bench/random_model_kinds.h"
#include "core/bench/random_weights.h"
#include "core/model/language_model.h"
#include "core/model/prompt_builder.h"
#include "core/session/keep/feature_keeper.h"
#include "core/session/keep/prefix_keeper.h"
#include "core/session/plan/memory_need.h"
#include "core/session/plan/planner.h"
#include "tests/unit/session/answer_outcome.h"
#include "tests/unit/session/recorded_session.h"
#include "vision/video/decode_memory.h"

using namespace reelquery;

namespace {

constexpr ComputeTarget kCpu{false, -1};
constexpr ComputeTarget kCard{true, 0};
constexpr std::int64_t kMiB = std::int64_t{1} << 20;

const ModelConfig& sevenB() {
    return randomModelKind("qwen2-vl-7b").config;
}

Plan planned(const AskRequest& request) {
    RecordedSession recorded;
    const RequestId id = recorded.session().plan(request);
    const auto isPlan = [](const Event& event) { return std::holds_alternative<PlanReady>(event); };
    recorded.waitUntil(id, isPlan);
    return std::get<PlanReady>(recorded.eventsOf(id).back()).plan;
}

/// 8 frames of 100 x 50 pixels and 16 rows of 32 float32.
KeptFeatures shownFeatures() {
    auto features = std::make_shared<VideoFeatures>();
    features->rows = at::zeros({16, 32});
    KeptFeatures kept{features, {}};
    const auto pixels = std::make_shared<const std::vector<std::uint8_t>>(100 * 50 * 3);
    for (int frame = 0; frame < 8; ++frame) kept.frames.push_back({0, frame, 0.5, 100, 50, pixels});
    return kept;
}

}  // namespace

TEST_CASE("the pass for evidence is in the plan: what its recorder says it holds") {
    const std::int64_t tokens = 131072;
    const MemoryNeed plain = memoryNeed(sevenB(), kCard, {.otherTokens = 1000});
    const MemoryNeed looks = memoryNeed(sevenB(), kCard, {.otherTokens = 1000, .evidence = true});
    const std::int64_t chunk = 4096 * (6 * 3584 + 3 * 18944) * 2;
    // 28 query heads over 4 key/value heads, 64 rows, all keys, a group a frame pair.
    kernels::AttentionShape shape;
    shape.heads = 28;
    shape.kvHeads = 4;
    shape.headDim = 128;
    shape.queries = 64;
    shape.keys = tokens + 1000;
    shape.dtype = kernels::Dtype::kBfloat16;
    const std::int64_t held = massScratchBytes(shape, 384);
    REQUIRE(held < chunk);
    // Reading the prompt and looking for evidence do not happen at once.
    CHECK(looks.deviceBytes(tokens) == plain.deviceBytes(tokens));
    const std::int64_t evidence = looks.evidenceBytes + looks.evidenceBytesPerKey * (tokens + 1000);
    CHECK(evidence >= held);
    CHECK(evidence <= held + (std::int64_t{24} << 20));  // a row of the slice more than it holds
    for (const MemoryNeed& need : {plain, looks}) {
        for (const std::int64_t free : {kMiB, 3000 * kMiB, 9000 * kMiB, 24000 * kMiB}) {
            const std::int64_t fits = need.tokensFitting(free);
            CAPTURE(free, fits);
            CHECK((fits == 0 || need.deviceBytes(fits) <= free));
            CHECK(need.deviceBytes(fits + 1) > free);
        }
    }
}

TEST_CASE("a session's plan of a question that wants evidence has room for it") {
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 16384;
    const Plan plain = planned(request);
    request.wantEvidence = true;
    const Plan looks = planned(request);
    const ModelConfig& tiny = randomModelKind(tinyKind()).config;
    const TextConfig& text = tiny.text;
    const std::int64_t queryWidth = std::max(text.hiddenSize, text.heads * text.headDim);
    const std::int64_t chunk =
        1024 * (4 * text.hiddenSize + 2 * queryWidth + 3 * text.intermediateSize) * 4;
    CHECK(looks.workBytes - plain.workBytes == kMassSliceBytes - chunk);  // in float32
}

TEST_CASE("decoders side by side give way where memory is short") {
    AskRequest request = tinyQuestion(10);
    Question question = madeQuestion(request);
    const int most = defaultDecodingThreads();
    const QuestionPlan roomy = planQuestion(question, {});
    REQUIRE(roomy.plan.fits);
    CHECK(roomy.decodingThreads == most);
    // Frames that wait for the tower are in it, too: at most 48 MiB, and as much again.
    CHECK(waitingBytes(question.frames.size) <= 96 * kMiB);
    CHECK(roomy.plan.workBytes > waitingBytes(question.frames.size));
    if (most == 1) return;
    const std::int64_t others =
        decodingBytes(question.video, most) - decodingBytes(question.video, 1);
    REQUIRE(others > 0);
    question.asked.maxMemoryBytes = roomy.plan.memoryBytes() - others;
    const QuestionPlan tight = planQuestion(question, {});
    CHECK(tight.plan.fits);
    CHECK(tight.decodingThreads == 1);
    CHECK(tight.plan.memoryBytes() == question.asked.maxMemoryBytes);
    question.asked.maxMemoryBytes -= 1;
    CHECK_FALSE(planQuestion(question, {}).plan.fits);
    // What fits with one decoder is answered with one, and in the same words.
    request.maxMemoryBytes = tight.plan.memoryBytes();
    request.mayReuse = false;
    CHECK(outcomeOf(request, true).report.answer ==
          outcomeOf(tinyQuestion(10), false).report.answer);
}

TEST_CASE("a card is not asked to decode for a model on the processor, and the plan says so") {
    AskRequest request = tinyQuestion(10);
    const QuestionPlan unasked = planQuestion(madeQuestion(request), {});
    request.decode = DecodeChoice::kCard;
    const QuestionPlan asked = planQuestion(madeQuestion(request), {});
    CHECK(asked.cardDecoders == 0);
    CHECK(asked.plan.memoryBytes() == unasked.plan.memoryBytes());
    const std::string line = "the processor decodes alone, as the model runs on it";
    CHECK(std::count(asked.plan.reasons.begin(), asked.plan.reasons.end(), line) == 1);
    CHECK(std::count(unasked.plan.reasons.begin(), unasked.plan.reasons.end(), line) == 0);
}

TEST_CASE("frames that are shown count where they lie") {
    const std::int64_t tokens = 10000;
    const std::int64_t frames = tokens * 2 * 28 * 28 * 3;
    const auto difference = [&](const ComputeTarget& target, auto bytes) {
        const MemoryNeed hidden = memoryNeed(sevenB(), target, {});
        const MemoryNeed shown = memoryNeed(sevenB(), target, {.shownFrames = true});
        return bytes(shown) - bytes(hidden);
    };
    const auto device = [&](const MemoryNeed& need) { return need.deviceBytes(tokens); };
    const auto host = [&](const MemoryNeed& need) { return need.hostBytes(tokens); };
    CHECK(difference(kCard, device) == 0);
    CHECK(difference(kCard, host) == frames);
    CHECK(difference(kCpu, device) == frames);
    CHECK(difference(kCpu, host) == 0);
}

TEST_CASE("a tower that is released counts while it encodes, and no longer") {
    constexpr std::int64_t kGiB = 1024 * kMiB;
    MemoryNeed need = memoryNeed(sevenB(), kCard, {.weightBytes = 6 * kGiB, .towerBytes = kGiB});
    const std::int64_t tokens = 32768;
    const std::int64_t resident = need.deviceBytes(tokens);
    need.isTowerReleased = true;
    CHECK(need.deviceBytes(tokens) == resident - kGiB);
    CHECK(need.heldWeightBytes(tokens) == 5 * kGiB);
    // A short video's keys are less than the tower: encoding is the peak then, without them.
    need.chunkBytes = 64 * kMiB;
    CHECK(need.deviceBytes(0) == 6 * kGiB + need.fixedBytes);
    CHECK(need.deviceBytes(100) == 6 * kGiB + need.fixedBytes + 100 * 3584 * 2);
}

TEST_CASE("a card does without what it must, in turn, and no more") {
    constexpr std::int64_t kGiB = 1024 * kMiB;
    const ModelConfig config = randomModelKind("qwen3-vl-8b").config;
    const MemoryNeed whole =
        memoryNeed(config, kCard, {.weightBytes = 6 * kGiB, .towerBytes = kGiB, .evidence = true});
    const std::int64_t tokens = 34944, featureBytes = tokens * 4 * 4096 * 2;
    const std::int64_t all = whole.deviceBytes(tokens);
    const auto squeezed = [&](std::int64_t bytes) {
        MemoryNeed need = whole;
        need.squeezeInto(bytes, tokens);
        return need;
    };
    CHECK_FALSE(squeezed(all).rowsOnHost);
    CHECK(squeezed(all).hostBytes(tokens) == whole.hostBytes(tokens));
    // Rows go first: those of two chunks stay, the rest is the host's.
    const MemoryNeed onHost = squeezed(all - 1);
    CHECK(onHost.rowsOnHost);
    CHECK_FALSE(onHost.isTowerReleased);
    const std::int64_t without = all - featureBytes + 2 * 4096 * 4 * 4096 * 2;
    CHECK(onHost.deviceBytes(tokens) == without);
    CHECK(onHost.hostBytes(tokens) == whole.hostBytes(tokens) + featureBytes);
    CHECK_FALSE(squeezed(without).isTowerReleased);
    const MemoryNeed least = squeezed(without - 1);
    CHECK(least.rowsOnHost);
    CHECK(least.isTowerReleased);
    CHECK(least.deviceBytes(tokens) == without - kGiB);
    CHECK(least.tokensFitting(without - kGiB) >= tokens);
    // What was done without for other tokens counts no more.
    MemoryNeed again = least;
    again.squeezeInto(without, tokens);
    CHECK(again.rowsOnHost);
    CHECK_FALSE(again.isTowerReleased);
    again.squeezeInto(all, tokens);
    CHECK_FALSE(again.rowsOnHost);
    // A processor has nowhere to put them.
    MemoryNeed host = memoryNeed(config, kCpu, {.weightBytes = 6 * kGiB, .towerBytes = kGiB});
    const std::int64_t before = host.deviceBytes(tokens);
    host.squeezeInto(kGiB, tokens);
    CHECK(host.deviceBytes(tokens) == before);
}

TEST_CASE("keys, values and features of Qwen3-VL count with all their planes") {
    struct Case {
        const char* kind;
        std::int64_t cacheKiB, featureKiB;
    };

    const auto one = GENERATE(values<Case>({{"qwen3-vl-2b", 112, 16},
                                            {"qwen3-vl-4b", 144, 20},
                                            {"qwen3-vl-8b", 144, 32},
                                            {"qwen3-vl-32b", 256, 40}}));
    CAPTURE(one.kind);
    const MemoryNeed need =
        memoryNeed(randomModelKind(one.kind).config, kCard, {.shownFrames = true});
    CHECK(need.cacheBytesPerToken == one.cacheKiB * 1024);
    CHECK(need.featureBytesPerToken == one.featureKiB * 1024);
    CHECK(need.frameBytesPerToken == 2 * 32 * 32 * 3);
    const std::int64_t k32K = 32768;
    CHECK(need.cacheBytes(k32K) == k32K * one.cacheKiB * 1024);
    CHECK(need.workBytes(k32K) - need.workBytes(0) == k32K * one.featureKiB * 1024);

    auto features = std::make_shared<VideoFeatures>();
    features->rows = at::zeros({16, 32});
    for (int plane = 0; plane < 3; ++plane) features->deep.push_back(at::zeros({16, 32}));
    FeatureKeeper keeper{FeatureFiles({}, 0)};
    keeper.keep("key", {features, {}});
    CHECK(keeper.hostRowBytes() == 4 * 16 * 32 * 4);
}

TEST_CASE("a plan says what a token takes, and how many fit where not all do") {
    AskRequest request = tinyQuestion(60);
    request.sampling.maxVideoTokens = 16384;
    const Plan plan = planned(request);
    const ModelConfig& config = randomModelKind(tinyKind()).config;
    CHECK(plan.featureBytes == plan.videoTokens * config.vision.featureValues() * 4);
    const auto says = [](const Plan& said, const std::string& words) {
        return std::any_of(said.reasons.begin(), said.reasons.end(), [&](const std::string& why) {
            return why.find(words) != std::string::npos;
        });
    };
    const std::int64_t perTokenKiB = config.text.cacheBytesPerToken(4) / 1024;
    CHECK(says(plan, "keys and values take " + std::to_string(perTokenKiB) + " KiB a token"));
    CHECK(says(plan, "as much on disk"));
    CHECK_FALSE(says(plan, "--max-video-tokens"));

    // Where memory is short decoders give way first: what is needed with one of them.
    request.maxMemoryBytes = 1;
    request.maxMemoryBytes = planned(request).memoryBytes() - 20 * kMiB;
    const Plan tight = planned(request);
    CHECK_FALSE(tight.fits);
    REQUIRE(says(tight, "--max-video-tokens"));
    for (const std::string& why : tight.reasons) {
        const std::size_t flag = why.find("--max-video-tokens ");
        if (flag == std::string::npos) continue;
        request.sampling.maxVideoTokens = std::stoll(why.substr(flag + 19));
        CHECK(planned(request).fits);
    }
}

TEST_CASE("kept rows and kept frames are told apart") {
    FeatureKeeper keeper{FeatureFiles({}, 0)};
    CHECK(keeper.hostRowBytes() == 0);
    CHECK(keeper.frameBytes() == 0);
    keeper.keep("key", shownFeatures());
    CHECK(keeper.hostRowBytes() == 16 * 32 * 4);
    CHECK(keeper.frameBytes() == 8 * 100 * 50 * 3);
    keeper.dropFrames();
    CHECK(keeper.frameBytes() == 0);
    REQUIRE(keeper.find("key"));
    CHECK(keeper.hostRowBytes() == 16 * 32 * 4);
}

TEST_CASE("features of a few videos are kept, the one looked at last the longest") {
    FeatureKeeper keeper{FeatureFiles({}, 0)};
    for (const char* key : {"a", "b", "c", "d"}) keeper.keep(key, shownFeatures());
    CHECK(keeper.keys() == std::vector<std::string>{"d", "c", "b", "a"});
    CHECK(keeper.frameBytes() == 8 * 100 * 50 * 3);  // of the newest alone
    CHECK(keeper.hostRowBytes() == 4 * 16 * 32 * 4);
    CHECK(keeper.hostRowBytes("b") == 3 * 16 * 32 * 4);
    REQUIRE(keeper.find("a"));
    CHECK(keeper.find("a")->frames.empty());
    CHECK_FALSE(keeper.find(""));
    keeper.keep("e", shownFeatures());
    CHECK(keeper.keys() == std::vector<std::string>{"e", "a", "d", "c"});
    CHECK(keeper.dropOldest("c"));
    CHECK(keeper.keys() == std::vector<std::string>{"e", "a", "c"});
    keeper.keep("a", shownFeatures());
    CHECK(keeper.keys() == std::vector<std::string>{"a", "e", "c"});
    CHECK(keeper.hasFrames());
    CHECK(keeper.dropOldest());
    CHECK(keeper.dropOldest("a"));
    CHECK_FALSE(keeper.dropOldest("a"));
    CHECK(keeper.keys() == std::vector<std::string>{"a"});
}

TEST_CASE("a card that is too small names the processor, and the processor does not") {
    QuestionPlan question;
    question.plan.fits = false;
    question.plan.weightBytes = 16384 * kMiB;
    question.plan.availableBytes = 8192 * kMiB;
    question.plan.hostAvailableBytes = 65536 * kMiB;
    const auto hintOn = [&](const ComputeTarget& target) {
        question.device.target = target;
        try {
            requireFit(question);
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::kMemory);
            return error.hint();
        }
        FAIL("what does not fit was let through");
        return std::string();
    };
    CHECK_THAT(hintOn(kCard),
               Catch::Contains("--device cpu") && Catch::Contains("64.00 GiB are free there"));
    CHECK_THAT(hintOn(kCpu), !Catch::Contains("--device"));
    CHECK_THAT(hintOn(kCpu), Catch::Contains("a smaller model"));

    // 474 bytes of WebP whose header was hit.
    question.video.codedWidth = 14112;
    question.video.codedHeight = 15881;
    question.decodingThreads = 1;
    question.plan.weightBytes = 1024 * kMiB;
    question.plan.workBytes = 8192 * kMiB;
    CHECK_THAT(hintOn(kCpu), Catch::Contains("14112 x 15881") && Catch::Contains("smaller copy"));
    CHECK_THAT(hintOn(kCard), Catch::Contains("a smaller model"));

    question.plan.availableBytes = 32768 * kMiB;
    question.plan.hostBytes = 600 * kMiB;
    question.plan.hostAvailableBytes = 500 * kMiB;
    question.device.target = kCard;
    CHECK_THROWS_WITH(requireFit(question), Catch::Contains("the machine's memory"));
}

TEST_CASE("a prompt whose features have no key reuses nothing") {
    const RandomWeights weights = randomWeights("tiny", kCpu, 1);
    const LanguageModel model(weights.config(), weights);
    PromptSequence prompt;
    for (TokenId id = 10; id < 40; ++id) prompt.ids.push_back(id);
    prompt.reusablePrefix = 20;
    const MropePositions positions = mropePositions(30, {}, 2, 0);
    const auto tokensKept = [&](const std::string& features) {
        PrefixKeeper keeper;
        const auto open = [&]() -> KvCache& {
            const PrefixOrigin origin = prefixOrigin(prompt, positions, features, {}, "");
            return keeper.open(origin, model, 64, {}).cache();
        };
        open().advance(25);
        const std::int64_t kept = open().size();
        open().advance(64 - kept);
        CHECK(keeper.bytes() == open().bytes());  // one cache, also where it serves nobody
        return kept;
    };
    CHECK(tokensKept("a video") == 20);
    CHECK(tokensKept("") == 0);
}
