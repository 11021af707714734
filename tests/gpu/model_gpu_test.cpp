// The model on a card: against Hugging Face's values, against itself done another way, and after
// the card was full. Exit: 77 where no card is usable, else Catch2's.

#define CATCH_CONFIG_RUNNER
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/attention_recorder.h"
#include "core/attention/backend_factory.h"
#include "core/attention/relative_difference.h"
#include "core/base/error.h"
#include "core/bench/random_weights.h"
#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "core/model/language_model.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_set.h"
#include "tests/support/stage_recorder.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

int card() {
    return cudaLibraries().usable()->card.index;
}

AttentionTarget targetOf(const TextConfig& text, bool bfloat16) {
    return {static_cast<int>(text.layers), static_cast<int>(text.heads), DeviceKind::kCuda,
            static_cast<int>(text.headDim), bfloat16};
}

/// A golden checkpoint on the card, its prompt read from the frames on.
struct GoldenOnCard {
    GoldenOnCard(const std::filesystem::path& folder, bool bfloat16)
        : target{bfloat16, card()},
          config(readModelConfig(folder)),
          checkpoint(Checkpoint::open(folder, &config)),
          tower(config.vision, CheckpointWeights(checkpoint, target)),
          model(config, CheckpointWeights(checkpoint, target)),
          backend(makeAttentionBackend({}, targetOf(config.text, bfloat16))),
          values(golden::readTensors(folder / "golden.safetensors")) {
        const at::Tensor list = values.at("in.input_ids").view({-1}).to(at::kInt);
        ids.assign(list.data_ptr<TokenId>(), list.data_ptr<TokenId>() + list.size(0));
        const at::Tensor row = values.at("in.video_grid_thw").view({-1}).to(at::kLong);
        const PatchGrid grid{row[0].item<std::int64_t>(), row[1].item<std::int64_t>(),
                             row[2].item<std::int64_t>()};
        const auto pad = std::find(ids.begin(), ids.end(), config.ids.videoPad);
        const VisionRun run{pad - ids.begin(), grid, false,
                            values.at("in.second_per_grid_ts")[0].item<double>()};
        positions = mropePositions(length(), {run}, 2, config.tokensPerSecond);
        features = tower.encode(
            patchify(values.at("in.frames_resized_u8"), config.vision, config.pixels), grid, {});
    }

    std::int64_t length() const { return static_cast<std::int64_t>(ids.size()); }

    at::Tensor prefill(KvCache& cache, StageObserver* observer = nullptr) const {
        PrefillReport report;
        return model.prefill(
            {.ids = ids, .positions = positions, .visionFeatures = features, .observer = observer},
            cache, *backend, report);
    }

    ComputeTarget target;
    ModelConfig config;
    Checkpoint checkpoint;
    VisionTower tower;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
    std::map<std::string, at::Tensor> values;
    std::vector<TokenId> ids;
    MropePositions positions;
    VisionFeatures features;
};

/// A random model in bf16 with the head dimension of the kernels (64), and a text prompt.
struct RandomOnCard {
    explicit RandomOnCard(std::int64_t length, KvChoice kv = KvChoice::kRun)
        : weights(randomWeights("tiny", {true, card()}, 3)), model(weights.config(), weights, kv) {
        for (std::int64_t i = 0; i < length; ++i) ids.push_back(static_cast<TokenId>(i * 37 % 700));
        positions = mropePositions(length, {}, 2, 0);
    }

    /// layerDone: told the tokens read so far after every layer.
    at::Tensor prefill(KvCache& cache, const AttentionBackend& backend, PrefillReport& report,
                       const CancelToken& cancel = {},
                       const std::function<void(std::int64_t)>& layerDone = {}) const {
        const VisionFeatures noFeatures;
        return model.prefill({.ids = ids,
                              .positions = positions,
                              .visionFeatures = noFeatures,
                              .chunkTokens = 512,
                              .progress =
                                  [&](std::int64_t read, std::int64_t) {
                                      if (layerDone) layerDone(read);
                                  },
                              .cancel = cancel},
                             cache, backend, report);
    }

    std::unique_ptr<AttentionBackend> backend(AttentionOptions options = {}) const {
        return makeAttentionBackend(options, targetOf(weights.config().text, true));
    }

    RandomWeights weights;
    LanguageModel model;
    std::vector<TokenId> ids;
    MropePositions positions;
};

TokenId best(const at::Tensor& logits) {
    return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
}

/// Logits of `count` tokens that follow greedily, [count, V].
at::Tensor answer(const RandomOnCard& random, DecodeSession& session, int count) {
    PrefillReport report;
    KvCache& cache = session.cache();
    at::Tensor logits = random.prefill(cache, *random.backend(), report);
    std::vector<at::Tensor> rows;
    for (int i = 0; i < count; ++i) {
        logits = random.model.decode(best(logits), cache.size(), session, {});
        rows.push_back(logits);
    }
    return at::stack(rows);
}

}  // namespace

TEST_CASE("Greedy answers in float32 have the reference's ids") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenOnCard golden(folder, false);
    const at::Tensor expected = golden.values.at("out.greedy_ids").to(at::kLong);
    DecodeSession session = golden.model.makeSession(golden.length() + expected.size(0));
    KvCache& cache = session.cache();
    at::Tensor logits = golden.prefill(cache);
    for (std::int64_t step = 0; step < expected.size(0); ++step) {
        CAPTURE(folder.string(), step);
        REQUIRE(best(logits) == expected[step].item<std::int64_t>());
        logits =
            golden.model.decode(best(logits), cache.size() + golden.positions.delta, session, {});
    }
}

TEST_CASE("bf16 logits are at most twice as far from float32 as the reference's own") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenOnCard golden(folder, true);
    KvCache cache = golden.model.makeCache(golden.length());
    StageRecorder stages;
    golden.prefill(cache, &stages);
    const char* head =
        golden.checkpoint.has(kHeadWeight) ? kHeadWeight : "model.embed_tokens.weight";
    const at::Tensor all = stages.whole("lm.final_norm");  // [L, H]
    const at::Tensor logits =
        at::linear(all.narrow(0, all.size(0) - 8, 8), golden.checkpoint.load(head, golden.target));
    const double error =
        relativeDifference(logits.to(at::kCPU), golden.values.at("out.logits_last8"));
    const double reference =
        golden::readJson("bf16_error.json").at(folder.filename().string()).get<double>();
    std::printf("%s: bf16 error %.5f, the reference's %.5f\n", folder.filename().c_str(), error,
                reference);
    CHECK(error > 0);
    CHECK(error <= 2 * reference);
}

TEST_CASE("A captured step equals the same step kernel by kernel, bit for bit") {
    constexpr int kTokens = 20;
    const std::int64_t length = GENERATE(1, 63, 700);
    const RandomOnCard random(length);
    DecodeSession captured = random.model.makeSession(length + kTokens);
    DecodeSession stepwise(random.model.makeCache(length + kTokens), false);
    const at::Tensor fromGraph = answer(random, captured, kTokens);
    const at::Tensor fromKernels = answer(random, stepwise, kTokens);
    CHECK(captured.mode() == "CUDA graph");
    CHECK(stepwise.mode() == "kernel by kernel");
    CHECK(at::equal(fromGraph, fromKernels));
    for (std::int64_t layer = 0; layer < random.weights.config().text.layers; ++layer)
        CHECK(at::equal(captured.cache().keys(layer, captured.cache().size()),
                        stepwise.cache().keys(layer, stepwise.cache().size())));
    // A cache that grew lies elsewhere: the old graph must not be used on it. Nor may its room
    // change a bit: 80 tokens more are another number of steps of 64.
    captured.cache().reserve(length + kTokens + 80);
    captured.cache().truncate(length);
    stepwise.cache().truncate(length);
    CHECK(at::equal(random.model.decode(5, length, captured, {}),
                    random.model.decode(5, length, stepwise, {})));
}

TEST_CASE("A cache of 8 bits answers nearly as one of bf16, captured or not, wherever it lies",
          "[packed]") {
    constexpr int kTokens = 12;
    const std::int64_t length = GENERATE(1, 62, 700);
    const RandomOnCard plain(length), narrow(length, KvChoice::kInt8);
    DecodeSession wide = plain.model.makeSession(length + kTokens);
    DecodeSession captured = narrow.model.makeSession(length + kTokens);
    DecodeSession stepwise(narrow.model.makeCache(length + kTokens + 3), false);
    REQUIRE(captured.cache().isNarrow(0));
    CHECK(captured.cache().bytes() < wide.cache().bytes() * 6 / 10);
    PrefillReport report;
    at::Tensor expected = plain.prefill(wide.cache(), *plain.backend(), report);
    for (DecodeSession* session : {&captured, &stepwise})
        CHECK(relativeDifference(narrow.prefill(session->cache(), *narrow.backend(), report),
                                 expected) < 0.05);
    for (int i = 0; i < kTokens; ++i) {
        const TokenId id = best(expected);
        expected = plain.model.decode(id, length + i, wide, {});
        const at::Tensor fromGraph = narrow.model.decode(id, length + i, captured, {});
        CHECK(at::equal(fromGraph, narrow.model.decode(id, length + i, stepwise, {})));
        CHECK(relativeDifference(fromGraph, expected) < 0.05);
    }
    CHECK(captured.mode() == "CUDA graph");
    captured.cache().reserve(length + kTokens + 81);
    CHECK(at::equal(narrow.model.decode(5, length + kTokens - 1, captured, {}),
                    (stepwise.cache().reserve(length + kTokens + 40),
                     narrow.model.decode(5, length + kTokens - 1, stepwise, {}))));
}

TEST_CASE("A prepared session's first token takes no longer than the others") {
    const RandomOnCard random(500);
    DecodeSession session = random.model.makeSession(600);
    PrefillReport report;
    random.prefill(session.cache(), *random.backend(), report);
    CHECK(session.mode().empty());
    random.model.prepare(session);
    CHECK(session.mode() == "CUDA graph");
    std::vector<double> ms;
    for (int token = 0; token < 40; ++token) {
        const auto start = std::chrono::steady_clock::now();
        random.model.decode(5, 500 + token, session, {});
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        ms.push_back(took.count());
    }
    const double first = ms.front();
    std::nth_element(ms.begin(), ms.begin() + 20, ms.end());
    CAPTURE(first, ms[20]);
    CHECK(first < 5 * ms[20] + 1);  // capturing takes some 30 ms
}

TEST_CASE("Sessions made one after the other take no more of the card than the first") {
    const RandomOnCard random(300);
    const auto answerOnce = [&] {
        DecodeSession session = random.model.makeSession(320);
        answer(random, session, 2);
    };
    for (int warmUp = 0; warmUp < 2; ++warmUp) answerOnce();
    const std::int64_t before = cudaFreeBytes(card());
    for (int session = 0; session < 40; ++session) answerOnce();
    // Each stream that ever multiplied would keep a workspace of some MiB.
    CHECK(before - cudaFreeBytes(card()) < (std::int64_t{8} << 20));
}

TEST_CASE("Decoding the last token gives what reading it gives") {
    const RandomOnCard random(700);
    DecodeSession session = random.model.makeSession(700);
    KvCache& cache = session.cache();
    PrefillReport report;
    const at::Tensor read = random.prefill(cache, *random.backend(), report);
    cache.truncate(699);
    const at::Tensor decoded = random.model.decode(random.ids.back(), 699, session, {});
    CHECK(relativeDifference(decoded, read) < 0.03);  // a few dozen roundings to 2^-9
    CHECK(best(decoded) == best(read));
}

TEST_CASE("XAttention at threshold 1 equals dense, and below it keeps fewer blocks") {
    const RandomOnCard random(2000);
    const auto run = [&](AttentionKind kind, double threshold, PrefillReport& report) {
        AttentionOptions options;
        options.kind = kind;
        options.selector.threshold = threshold;
        KvCache cache = random.model.makeCache(2000);
        return random.prefill(cache, *random.backend(options), report);
    };
    PrefillReport dense, all, some;
    const at::Tensor expected = run(AttentionKind::kDense, 1, dense);
    const at::Tensor whole = run(AttentionKind::kSparse, 1, all);
    run(AttentionKind::kSparse, 0.5, some);
    CHECK(at::equal(whole, expected));
    REQUIRE(all.attention.calls.size() == dense.attention.calls.size());
    REQUIRE(some.attention.calls.size() == all.attention.calls.size());
    CHECK(some.selectionS > 0);
    CHECK(some.attentionS > some.selectionS);
    double kept = 0, calls = 0;
    for (std::size_t i = 0; i < some.attention.calls.size(); ++i) {
        for (const float density : all.attention.calls[i].densityPerHead) CHECK(density == 1);
        if (!some.attention.calls[i].sparse) continue;
        for (const float density : some.attention.calls[i].densityPerHead) kept += density;
        calls += static_cast<double>(some.attention.calls[i].densityPerHead.size());
    }
    CHECK(calls > 0);
    CHECK(kept / calls < 0.9);
}

TEST_CASE("Auto goes by what a layer kept in an earlier chunk, without a wait between layers") {
    const RandomOnCard random(4000);
    AttentionOptions options;
    options.kind = AttentionKind::kAuto;
    options.selector.threshold = 1;  // keeps everything, which never pays
    AutoRule rule;                   // chosen blocks pay up to nine tenths
    rule.costs = AttentionCosts{{0, 0, 10}, {0, 0, 1}, {0, 0, 10}};
    const auto backend =
        makeAttentionBackend(options, targetOf(random.weights.config().text, true), rule);
    KvCache cache = random.model.makeCache(4000);
    PrefillReport report;
    random.prefill(cache, *backend, report);
    std::map<int, std::int64_t> looked;  // keys when a layer last chose blocks
    int stayed = 0, again = 0;
    for (const LayerAttentionStats& call : report.attention.calls) {
        CAPTURE(call.layer, call.keys, textOf(call.why));
        const auto before = looked.find(call.layer);
        if (call.sparse) {
            if (before != looked.end()) {
                CHECK(call.keys >= 2 * before->second);
                ++again;
            }
            looked[call.layer] = call.keys;
        } else if (before != looked.end() && call.keys < 2 * before->second) {
            stayed += textOf(call.why).find("density of 100 %") != std::string::npos;
        }
    }
    CHECK(stayed > 0);
    CHECK(again > 0);
}

TEST_CASE("Selection on the card and on the CPU choose the same blocks, near ties aside") {
    at::manual_seed(1);
    const auto heads = [](int count) { return at::randn({count, 3000, 64}).to(at::kBFloat16); };
    const at::Tensor q = heads(4) * 2, k = heads(2), v = heads(2);
    const at::Tensor cardQ = q.to(at::kCUDA), cardK = k.to(at::kCUDA), cardV = v.to(at::kCUDA);
    const AttentionCall onCpu{.q = q, .k = k, .v = v, .scale = 0.125f};
    const AttentionCall onCard{.q = cardQ, .k = cardK, .v = cardV, .scale = 0.125f};
    AttentionOptions options;
    options.kind = AttentionKind::kSparse;
    options.selector.threshold = 0.7;
    AttentionRecorder cpu, gpu;
    const at::Tensor expected =
        makeAttentionBackend(options, {1, 4, DeviceKind::kCpu, 64, true})->attend(onCpu, &cpu);
    const at::Tensor got =
        makeAttentionBackend(options, {1, 4, DeviceKind::kCuda, 64, true})->attend(onCard, &gpu);
    for (std::size_t head = 0; head < 4; ++head)
        CHECK(std::abs(gpu.settle().calls[0].densityPerHead[head] -
                       cpu.settle().calls[0].densityPerHead[head]) < 0.01);
    CHECK(relativeDifference(got.to(at::kCPU), expected) < 0.02);
}

TEST_CASE("A stop in the middle of a chunk leaves the cache as it was") {
    const RandomOnCard random(1500);
    const auto backend = random.backend();
    KvCache cache = random.model.makeCache(1500), fresh = random.model.makeCache(1500);
    PrefillReport report, again, whole;
    std::stop_source stop;
    int layersAfter = 0;
    const auto stopInSecondChunk = [&](std::int64_t read) {
        layersAfter += stop.stop_requested();
        if (read > 512) stop.request_stop();
    };
    CHECK_THROWS_AS(random.prefill(cache, *backend, report, stop.get_token(), stopInSecondChunk),
                    Error);
    CHECK(layersAfter == 0);
    CHECK(cache.size() == 0);
    CHECK(
        at::equal(random.prefill(cache, *backend, again), random.prefill(fresh, *backend, whole)));
}

TEST_CASE("A full card is a clear error and the model goes on") {
    const RandomOnCard random(300);
    DecodeSession session = random.model.makeSession(320);
    const at::Tensor before = answer(random, session, 4);
    const std::int64_t perToken = random.weights.config().text.cacheBytesPerToken(2);
    const std::int64_t tooMany = 2 * cudaFreeBytes(card()) / perToken;
    try {
        random.model.makeCache(tooMany);
        FAIL("a cache of twice the free memory was given out");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kMemory);
        CHECK_THAT(error.message(), Catch::Contains("the GPU ran out of memory") &&
                                        Catch::Contains("GiB were in use"));
    }
    CHECK(cudaFreeBytes(card()) > tooMany * perToken / 4);  // what was half made is free again
    DecodeSession after = random.model.makeSession(320);
    CHECK(at::equal(answer(random, after, 4), before));
}

}  // namespace reelquery

int main(int argc, char** argv) {
    // Before the first tensor, see cuda_libraries.h.
    const reelquery::CudaLibraries& libraries = reelquery::cudaLibraries();
    if (!libraries.usable()) {
        std::printf("skipped: %s\n", libraries.whyNone().c_str());
        return 77;
    }
    std::printf("on %s, kernels: %s\n", libraries.usable()->card.name.c_str(),
                libraries.kernelsProblem.empty() ? "ours" : libraries.kernelsProblem.c_str());
    if (!libraries.kernelsProblem.empty()) return 1;
    return Catch::Session().run(argc, argv);
}
