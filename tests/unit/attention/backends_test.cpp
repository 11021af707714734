#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numeric>

#include "core/attention/attention_recorder.h"
#include "core/attention/backend_factory.h"
#include "core/attention/prompt_density.h"
#include "core/attention/relative_difference.h"
#include "core/base/error.h"
#include "tests/unit/attention/counted_memory.h"
#include "tests/unit/attention/random_call.h"

namespace reelquery::test {

namespace {

constexpr AttentionTarget kTarget{3, 4, DeviceKind::kCpu};

AttentionOptions sparseOptions(double threshold) {
    AttentionOptions options;
    options.kind = AttentionKind::kSparse;
    options.selector.threshold = threshold;
    return options;
}

// Statistics of one call.
LayerAttentionStats statsOf(const AttentionBackend& backend, const AttentionCall& call) {
    AttentionRecorder recorder;
    backend.attend(call, &recorder);
    REQUIRE(recorder.settle().calls.size() == 1);
    return recorder.settle().calls.front();
}

std::string usageError(const AttentionOptions& options) {
    try {
        makeAttentionBackend(options, kTarget);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kUsage);
        return error.message();
    }
    return "";
}

}  // namespace

TEST_CASE("the dense backend computes bottom-right causal attention, token-major") {
    const RandomTensors random(4, 2, 64, 150, 391);
    const auto backend = makeAttentionBackend({}, kTarget);
    const at::Tensor out = backend->attend(random.call(), nullptr);
    CHECK(out.sizes() == at::IntArrayRef({150, 256}));
    CHECK(out.is_contiguous());
    CHECK(relativeDifference(out, byMatrices(random.call())) < 2e-6);
    CHECK(backend->name() == "dense");
}

TEST_CASE("threshold 1 equals dense and reports full density") {
    const RandomTensors random(4, 2, 64, 700, 700);
    const auto dense = makeAttentionBackend({}, kTarget);
    const auto sparse = makeAttentionBackend(sparseOptions(1), kTarget);
    CHECK(at::equal(sparse->attend(random.call(), nullptr), dense->attend(random.call(), nullptr)));
    const LayerAttentionStats stats = statsOf(*sparse, random.call());
    CHECK(stats.sparse);
    CHECK(stats.densityPerHead == std::vector<float>(4, 1.0f));
    CHECK(stats.keptMassPerHead == std::vector<float>(4, 1.0f));
}

TEST_CASE("sparse statistics hold one density and one kept mass a head") {
    const RandomTensors random(4, 2, 64, 1500, 1500);
    const auto sparse = makeAttentionBackend(sparseOptions(0.5), kTarget);
    const LayerAttentionStats stats = statsOf(*sparse, random.call(1500, 2));
    CHECK(stats.layer == 2);
    CHECK(stats.queries == 1500);
    CHECK(stats.keys == 1500);
    CHECK(stats.attentionMs > 0);
    CHECK(stats.scoreMs > 0);
    REQUIRE(stats.densityPerHead.size() == 4);
    REQUIRE(stats.keptMassPerHead.size() == 4);
    for (int h = 0; h < 4; ++h) {
        CHECK(stats.densityPerHead[h] < 0.9f);
        CHECK(stats.densityPerHead[h] > 0.1f);
        CHECK(stats.keptMassPerHead[h] >= 0.5f);
    }
    CHECK(sparse->name() == "xattention S=16 tau=0.50");
}

TEST_CASE("first layers, single queries, short prompts and the last tokens stay dense") {
    AttentionOptions options = sparseOptions(0.1);
    options.denseFirstLayers = 2;
    options.denseLastTokens = 100;
    const auto backend = makeAttentionBackend(options, kTarget);
    const RandomTensors random(4, 2, 64, 1000, 1000);
    CHECK_FALSE(statsOf(*backend, random.call(1000, 1)).sparse);
    CHECK(statsOf(*backend, random.call(1000, 2)).sparse);
    const RandomTensors decode(4, 2, 64, 1, 1000);
    CHECK_FALSE(statsOf(*backend, decode.call(999, 2)).sparse);
    const RandomTensors shortPrompt(4, 2, 64, 250, 250);
    CHECK_FALSE(statsOf(*backend, shortPrompt.call(250, 2)).sparse);
    const RandomTensors question(4, 2, 64, 90, 1000);
    CHECK_FALSE(statsOf(*backend, question.call(1000, 2)).sparse);

    // The rows of the last tokens are computed exactly although the call as a whole is sparse.
    const at::Tensor out = backend->attend(random.call(1000, 2), nullptr);
    const at::Tensor exact = byMatrices(random.call(1000, 2));
    CHECK(relativeDifference(out.slice(0, 900), exact.slice(0, 900)) < 2e-6);
    CHECK(relativeDifference(out, exact) > 1e-3);
}

TEST_CASE("auto counts the blocks it chose before it decides, and says why") {
    AttentionOptions options = sparseOptions(0.5);
    options.kind = AttentionKind::kAuto;
    const auto ruleOf = [](double sparseNsPerPair) {
        AutoRule rule;
        rule.costs = AttentionCosts{{0, 0, 10}, {0, 0, 1}, {0, 0, sparseNsPerPair}};
        return rule;
    };
    const RandomTensors random(4, 2, 64, 512, 2048);
    const LayerAttentionStats whole =
        statsOf(*makeAttentionBackend(sparseOptions(0.5), kTarget), random.call(2048));
    const double density =
        std::accumulate(whole.densityPerHead.begin(), whole.densityPerHead.end(), 0.0) / 4;
    REQUIRE(density > 0.2);
    REQUIRE(density < 0.8);

    const auto paying = makeAttentionBackend(options, kTarget, ruleOf(10));
    const LayerAttentionStats sparse = statsOf(*paying, random.call(2048));
    CHECK(sparse.sparse);
    CHECK(sparse.chosenDensity == Approx(density));
    CHECK(textOf(sparse.why) == "density of " + std::to_string(std::lround(100 * density)) +
                                    " %, chosen blocks are faster up to 100 %");
    CHECK(paying->name() == "auto: xattention S=16 tau=0.50");

    // Costs by which an easy prompt, at half of its blocks, just pays and this one does not.
    const double easy = easyDensity(512, 2048);
    REQUIRE(density > easy);
    const double limit = (density + easy) / 2;
    const auto losing = makeAttentionBackend(options, kTarget, ruleOf(9 / limit));
    const LayerAttentionStats dense = statsOf(*losing, random.call(2048));
    CHECK_FALSE(dense.sparse);
    CHECK(dense.chosenDensity == Approx(density));
    CHECK(dense.selectionMs() > 0);
    CHECK(dense.densityPerHead.empty());
    CHECK(at::equal(losing->attend(random.call(2048), nullptr),
                    makeAttentionBackend({}, kTarget)->attend(random.call(2048), nullptr)));
    const LayerAttentionStats unmeasured =
        statsOf(*makeAttentionBackend(options, kTarget), random.call(2048));
    CHECK_FALSE(unmeasured.sparse);
    CHECK(textOf(unmeasured.why) == "this device was not measured");
}

TEST_CASE("auto goes by what the same layer kept in the same part of the prompt") {
    AttentionOptions options = sparseOptions(0.5);
    options.kind = AttentionKind::kAuto;
    AutoRule rule;
    rule.costs = AttentionCosts{{0, 0, 10}, {0, 0, 1}, {0, 0, 10}};
    const auto backend = makeAttentionBackend(options, kTarget, rule);
    const RandomTensors random(4, 2, 64, 512, 2048);
    PromptDensity before;
    before.saw(0, {0.95, 1536});
    const auto isLookedAt = [&] {
        AttentionRecorder recorder;
        AttentionCall call = random.call(2048);
        call.density = &before;
        backend->attend(call, &recorder);
        return recorder.settle().calls.back().chosenDensity.has_value();
    };
    SECTION("of the same layer") {
        CHECK_FALSE(isLookedAt());
        REQUIRE(before.of(0));
        CHECK(before.of(0)->keys == 1536);  // nothing was found anew
    }
    SECTION("not of another layer") {
        before.forget();
        before.saw(1, {0.95, 1536});
        CHECK(isLookedAt());
        CHECK(before.of(0)->keys == 2048);
        CHECK(before.of(1)->keys == 1536);
    }
    SECTION("not of a prefix that another run may find kept") {
        before.forget();
        CHECK(isLookedAt());
    }
    SECTION("the latest that was found") {
        before.saw(0, {0.1, 1920});
        CHECK(isLookedAt());
        CHECK(before.of(0)->keys == 2048);
    }
}

TEST_CASE("what is recorded changes nothing of what is computed") {
    AttentionOptions options = sparseOptions(0.6);
    options.kind = GENERATE(AttentionKind::kDense, AttentionKind::kSparse, AttentionKind::kAuto);
    AutoRule rule;  // on these inputs sparse pays in some chunks of some layers
    rule.costs = AttentionCosts{{0, 0, 10}, {0, 0, 1}, {0, 0, 18}};
    const auto backend = makeAttentionBackend(options, kTarget, rule);
    const RandomTensors layers[] = {{4, 2, 64, 2560, 2560, at::kFloat, 1.0},
                                    {4, 2, 64, 2560, 2560, at::kFloat, 4.0}};

    struct Read {
        std::vector<at::Tensor> outputs;
        std::vector<std::optional<SeenDensity>> found;
    };

    const auto read = [&](AttentionRecorder* recorder, bool remembers) {
        Read run;
        PromptDensity density;
        for (std::int64_t begin = 0; begin < 2560; begin += 256) {
            for (int layer = 0; layer < 2; ++layer) {
                const RandomTensors& random = layers[layer];
                const std::int64_t end = begin + 256;
                const at::Tensor q = random.q.slice(1, begin, end), k = random.k.slice(1, 0, end),
                                 v = random.v.slice(1, 0, end);
                run.outputs.push_back(backend->attend({.q = q,
                                                       .k = k,
                                                       .v = v,
                                                       .layer = layer,
                                                       .promptTokens = 2560,
                                                       .scale = 0.125f,
                                                       .density = remembers ? &density : nullptr},
                                                      recorder));
                run.found.push_back(density.of(layer));
            }
        }
        return run;
    };
    AttentionRecorder recorder;
    const Read told = read(&recorder, true), silent = read(nullptr, true);
    REQUIRE(told.outputs.size() == silent.outputs.size());
    for (std::size_t i = 0; i < told.outputs.size(); ++i) {
        CAPTURE(i);
        CHECK(at::equal(told.outputs[i], silent.outputs[i]));
        REQUIRE(told.found[i].has_value() == silent.found[i].has_value());
        if (told.found[i]) CHECK(told.found[i]->density == silent.found[i]->density);
        if (told.found[i]) CHECK(told.found[i]->keys == silent.found[i]->keys);
    }
    if (options.kind != AttentionKind::kAuto) return;
    // What was found mattered: without a memory other calls would have been looked at.
    AttentionRecorder forgetful;
    read(&forgetful, false);
    const auto looks = [](AttentionRecorder& run) {
        const auto& calls = run.settle().calls;
        return std::count_if(calls.begin(), calls.end(), [](const LayerAttentionStats& call) {
            return call.chosenDensity.has_value();
        });
    };
    CHECK(looks(recorder) > 0);
    CHECK(looks(recorder) < looks(forgetful));
}

TEST_CASE("a prompt in chunks of whole blocks gives what it gives at once") {
    const auto backend = makeAttentionBackend(sparseOptions(0.6), kTarget);
    const RandomTensors random(4, 2, 64, 1024, 1024);
    const at::Tensor whole = backend->attend(random.call(1024), nullptr);
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < 1024; first += 384) {
        const std::int64_t end = std::min<std::int64_t>(first + 384, 1024);
        const at::Tensor q = random.q.slice(1, first, end), k = random.k.slice(1, 0, end),
                         v = random.v.slice(1, 0, end);
        parts.push_back(backend->attend(
            {.q = q, .k = k, .v = v, .promptTokens = 1024, .scale = 0.125f}, nullptr));
    }
    CHECK(relativeDifference(at::cat(parts), whole) < 1e-6);
}

TEST_CASE("the score pattern changes the choice and shows in the name") {
    const RandomTensors random(4, 2, 64, 1500, 1500);
    const auto outputOf = [&](kernels::ScorePattern pattern, const std::string& name) {
        AttentionOptions options = sparseOptions(0.5);
        options.selector.pattern = pattern;
        const auto backend = makeAttentionBackend(options, kTarget);
        CHECK(backend->name() == name);
        return backend->attend(random.call(), nullptr);
    };
    const at::Tensor antidiagonal =
        outputOf(kernels::ScorePattern::kAntidiagonal, "xattention S=16 tau=0.50");
    const at::Tensor diagonal =
        outputOf(kernels::ScorePattern::kDiagonal, "xattention S=16 diagonal tau=0.50");
    const at::Tensor shuffled =
        outputOf(kernels::ScorePattern::kRandom, "xattention S=16 random tau=0.50");
    CHECK_FALSE(at::equal(antidiagonal, diagonal));
    CHECK_FALSE(at::equal(antidiagonal, shuffled));
    CHECK_FALSE(at::equal(diagonal, shuffled));
}

TEST_CASE("thresholds per layer and head come from the file of the options") {
    const std::string path = "backends_test_thresholds.json";
    std::ofstream(path) << R"({"format": "reelquery-thresholds", "version": 1, "model": "m",
        "stride": 16, "coverage": 0.9, "layers": 3, "heads": 4,
        "thresholds": [[0,0,0,0], [0,0,0,0], [0, 1, 0, 0.5]]})";
    AttentionOptions options = sparseOptions(0.9);
    options.selector.thresholdsFile = path;
    const auto backend = makeAttentionBackend(options, kTarget);
    const RandomTensors random(4, 2, 64, 1280, 1280);
    const LayerAttentionStats stats = statsOf(*backend, random.call(1280, 2));
    // Threshold 0 keeps {sink, diagonal}: 1 + 9 * 2 of 55 blocks.
    CHECK(stats.densityPerHead[0] == Approx(19.0 / 55));
    CHECK(stats.densityPerHead[1] == 1.0f);
    CHECK(stats.densityPerHead[3] > 19.0f / 55);
    CHECK(backend->name() == "xattention S=16 tau per head");
    options.selector.stride = 8;
    CHECK(usageError(options).find("stride 16") != std::string::npos);
    options.selector.stride = 16;
    CHECK_THROWS_AS(makeAttentionBackend(options, {2, 4, DeviceKind::kCpu}), Error);
    std::remove(path.c_str());
}

TEST_CASE("a stop requested beforehand makes attend return at once") {
    const RandomTensors random(4, 2, 64, 3000, 3000);
    AttentionOptions options;
    options.kind = GENERATE(AttentionKind::kDense, AttentionKind::kSparse, AttentionKind::kAuto);
    AutoRule rule;
    rule.costs = AttentionCosts{{0, 0, 10}, {0, 0, 1}, {0, 0, 10}};
    const auto backend = makeAttentionBackend(options, kTarget, rule);
    PromptDensity density;
    AttentionCall call = random.call();
    call.density = &density;
    std::stop_source source;
    call.stop = source.get_token();
    const CountedMemory poisoned;  // what nobody computes stays NaN
    CHECK_FALSE(backend->attend(call, nullptr).isnan().any().item<bool>());
    density.forget();
    source.request_stop();
    const at::Tensor out = backend->attend(call, nullptr);
    CHECK(out.sizes() == at::IntArrayRef({3000, 256}));
    CHECK(out.isnan().all().item<bool>());
    CHECK_FALSE(density.of(0));
}

TEST_CASE("options out of range are named") {
    AttentionOptions options = sparseOptions(1.5);
    CHECK(usageError(options).find("threshold") != std::string::npos);
    options = sparseOptions(0.9);
    options.selector.stride = 7;
    CHECK(usageError(options).find("stride") != std::string::npos);
    options = sparseOptions(0.9);
    options.selector.sinkBlocks = 0;
    CHECK(usageError(options).find("sink") != std::string::npos);
    options = sparseOptions(0.9);
    options.selector.name = "crystal ball";
    CHECK(usageError(options).find("'crystal ball'") != std::string::npos);
    options = sparseOptions(0.9);
    options.denseLastTokens = -2;
    CHECK(usageError(options).find("negative") != std::string::npos);
}

TEST_CASE("tensors that break the contract are refused as our own mistake") {
    const RandomTensors random(4, 2, 64, 10, 20);
    const auto backend = makeAttentionBackend({}, kTarget);
    const auto refuses = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        try {
            backend->attend({.q = q, .k = k, .v = v, .scale = 1.0f}, nullptr);
        } catch (const Error& error) {
            return error.code() == ErrorCode::kInternal;
        }
        return false;
    };
    CHECK(refuses(random.q.to(at::kDouble), random.k, random.v));
    CHECK(refuses(random.q, random.k.to(at::kBFloat16), random.v));
    CHECK(refuses(random.q, random.k, random.v.slice(1, 0, 19)));
    CHECK(refuses(random.q, random.k.slice(2, 0, 64, 2), random.v.slice(2, 0, 64, 2)));
    CHECK(refuses(random.q, random.k.transpose(1, 2), random.v.transpose(1, 2)));
    CHECK(refuses(random.q.select(0, 0), random.k, random.v));
    CHECK(refuses(random.q, random.k.slice(1, 0, 5), random.v.slice(1, 0, 5)));
}

}  // namespace reelquery::test
