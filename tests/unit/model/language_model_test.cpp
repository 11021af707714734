// Progress, stops and contracts of the language model; its numbers are checked by the golden tests.

#include "core/model/language_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/attention/prompt_density.h"
#include "core/bench/random_weights.h"
#include "core/model/prompt_reading.h"
#include "core/weights/checkpoint.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/stage_recorder.h"

namespace reelquery {

namespace {

struct Fixture {
    Fixture()
        : config(readModelConfig(folder.folder())),
          checkpoint(Checkpoint::open(folder.folder(), &config)),
          model(config, CheckpointWeights(checkpoint, {})),
          backend(
              makeAttentionBackend({}, {static_cast<int>(config.text.layers),
                                        static_cast<int>(config.text.heads), DeviceKind::kCpu})),
          ids(300) {
        std::iota(ids.begin(), ids.end(), 0);
        positions = mropePositions(300, {}, 2, 0);
    }

    PrefillRequest request() const {
        return {.ids = ids, .positions = positions, .visionFeatures = features, .chunkTokens = 100};
    }

    ScratchModel folder;
    ModelConfig config;
    Checkpoint checkpoint;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
    std::vector<TokenId> ids;
    MropePositions positions;
    VisionFeatures features;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "Progress rises to the whole prompt and the report adds up") {
    KvCache cache = model.makeCache(310);
    std::vector<std::int64_t> steps;
    PrefillRequest wanted = request();
    wanted.progress = [&](std::int64_t done, std::int64_t total) {
        CHECK(total == 300);
        steps.push_back(done);
    };
    PrefillReport report;
    const at::Tensor logits = model.prefill(wanted, cache, *backend, report);
    CHECK(logits.sizes() == at::IntArrayRef({config.text.vocabSize}));
    CHECK(logits.scalar_type() == at::kFloat);
    CHECK(steps.size() == static_cast<std::size_t>(3 * config.text.layers));
    CHECK(std::is_sorted(steps.begin(), steps.end()));
    CHECK(steps.back() == 300);
    CHECK(report.tokens == 300);
    CHECK(report.attention.calls.size() == steps.size());
    CHECK(report.attentionS > 0);
    CHECK(report.attentionS < report.seconds);
    CHECK(report.attention.calls.back().keys == 300);
    CHECK(report.attention.calls.back().queries == 100);
}

TEST_CASE_METHOD(Fixture, "A stop in any layer leaves the cache as it was") {
    DecodeSession session = model.makeSession(310);
    KvCache& cache = session.cache();
    const int stopAt = GENERATE(0, 1, 5, 10);
    std::stop_source stop;
    int calls = 0;
    PrefillRequest wanted = request();
    wanted.cancel = stop.get_token();
    wanted.progress = [&](std::int64_t, std::int64_t) {
        if (++calls > stopAt) stop.request_stop();
    };
    if (stopAt == 0) stop.request_stop();
    PrefillReport report;
    checkError(ErrorCode::kCancelled, {},
               [&] { (void)model.prefill(wanted, cache, *backend, report); });
    CHECK(cache.size() == 0);
    CHECK(calls <= stopAt + 1);
    checkError(ErrorCode::kCancelled, {},
               [&] { (void)model.decode(3, 0, session, stop.get_token()); });
    CHECK(cache.size() == 0);
}

TEST_CASE_METHOD(Fixture, "Feature rows must match the pads") {
    KvCache cache = model.makeCache(310);
    PrefillReport report;
    ids[7] = config.ids.videoPad;
    CHECK_THROWS_AS(model.prefill(request(), cache, *backend, report), Error);
    features.rows = at::zeros({1, config.text.hiddenSize});
    CHECK_NOTHROW(model.prefill(request(), cache, *backend, report));
    // Nothing is left to read.
    CHECK_THROWS_AS(model.prefill(request(), cache, *backend, report), Error);
}

TEST_CASE_METHOD(Fixture, "Each pad takes its own feature row, whatever the chunks") {
    for (const std::int64_t pad : {5, 99, 100, 101, 250}) {
        ids[static_cast<std::size_t>(pad)] = config.ids.imagePad;
    }
    features.rows = at::randn({5, config.text.hiddenSize});
    const auto lastLogits = [&](std::int64_t chunk) {
        KvCache cache = model.makeCache(300);
        PrefillReport report;
        PrefillRequest wanted = request();
        wanted.chunkTokens = chunk;
        return model.prefill(wanted, cache, *backend, report);
    };
    const at::Tensor whole = lastLogits(300);
    CHECK((lastLogits(100) - whole).abs().max().item<double>() < 1e-4);
    features.rows = features.rows.flip(0);
    CHECK((lastLogits(300) - whole).abs().max().item<double>() > 1e-3);
}

TEST_CASE_METHOD(Fixture, "A prefix that was kept gives the same bits as one read again") {
    AttentionOptions sparse;
    sparse.kind = AttentionKind::kSparse;
    sparse.selector.threshold = 0.5;
    const auto other =
        makeAttentionBackend(sparse, {static_cast<int>(config.text.layers),
                                      static_cast<int>(config.text.heads), DeviceKind::kCpu});
    const std::int64_t prefix = GENERATE(256, 261, 299);  // on and off the attention blocks
    const AttentionBackend& used = GENERATE(false, true) ? *other : *backend;
    ids.resize(600);
    std::iota(ids.begin(), ids.end(), 0);
    positions = mropePositions(600, {}, 2, 0);
    const MropePositions shorter = mropePositions(prefix + 200, {}, 2, 0);
    const PrefillRequest question{
        .ids = std::span(ids).first(static_cast<std::size_t>(prefix + 200)),
        .positions = shorter,
        .visionFeatures = features,
        .chunkTokens = 128,
        .prefixTokens = prefix};
    KvCache kept = model.makeCache(600);
    PrefillReport report;
    (void)model.prefill(question, kept, used, report);
    kept.truncate(prefix);

    PrefillRequest longer = request();
    longer.chunkTokens = 128;
    longer.prefixTokens = prefix;
    KvCache fresh = model.makeCache(600);
    PrefillReport again;
    const at::Tensor expected = model.prefill(longer, fresh, used, again);
    PrefillReport rest;
    CHECK(at::equal(model.prefill(longer, kept, used, rest), expected));
    CHECK(rest.tokens == 600 - prefix);
    for (std::int64_t layer = 0; layer < config.text.layers; ++layer) {
        CHECK(at::equal(kept.keys(layer, 600), fresh.keys(layer, 600)));
        CHECK(at::equal(kept.values(layer, 600), fresh.values(layer, 600)));
    }
}

TEST_CASE_METHOD(Fixture, "A prompt read while its video arrives gives the same bits") {
    AttentionOptions sparse;
    sparse.kind = AttentionKind::kSparse;
    sparse.selector.threshold = 0.5;
    const auto other =
        makeAttentionBackend(sparse, {static_cast<int>(config.text.layers),
                                      static_cast<int>(config.text.heads), DeviceKind::kCpu});
    const AttentionBackend& used = GENERATE(false, true) ? *other : *backend;
    const std::int64_t step = GENERATE(1, 37, 128, 512);  // rows that arrive at a time
    ids.resize(600);
    std::iota(ids.begin(), ids.end(), 0);
    std::fill(ids.begin() + 10, ids.begin() + 270, config.ids.videoPad);
    std::fill(ids.begin() + 280, ids.begin() + 540, config.ids.videoPad);
    const std::int64_t pads = 520;
    positions = mropePositions(600, {}, 2, 0);
    features.rows = at::randn({pads, config.text.hiddenSize});
    features.deep = {at::randn({pads, config.text.hiddenSize})};
    PrefillRequest wanted = request();
    wanted.chunkTokens = 128;
    wanted.prefixTokens = 545;
    KvCache fresh = model.makeCache(600);
    PrefillReport atAStretch;
    const at::Tensor expected = model.prefill(wanted, fresh, used, atAStretch);

    // Rows that did not come are poison: whoever reads them changes every number.
    VisionFeatures arriving{at::full_like(features.rows, NAN),
                            {at::full_like(features.deep[0], NAN)}};
    const PrefillRequest piecewise{.ids = ids,
                                   .positions = positions,
                                   .visionFeatures = arriving,
                                   .chunkTokens = 128,
                                   .prefixTokens = 545};
    KvCache cache = model.makeCache(600);
    PromptReading reading(model, piecewise, cache, used);
    std::int64_t readBefore = 0;
    for (std::int64_t rows = 0; rows < pads;) {
        const std::int64_t n = std::min(step, pads - rows);
        arriving.rows.narrow(0, rows, n).copy_(features.rows.narrow(0, rows, n));
        arriving.deep[0].narrow(0, rows, n).copy_(features.deep[0].narrow(0, rows, n));
        rows += n;
        if (rows == pads) break;
        reading.readTo(rows);
        readBefore = cache.size();
        CHECK(readBefore <= 545);
    }
    if (step <= 128) CHECK(readBefore >= 384);
    PrefillReport report;
    CHECK(at::equal(reading.finish(report), expected));
    CHECK(report.tokens == 600);
    CHECK(report.attention.calls.size() == atAStretch.attention.calls.size());
    REQUIRE(cache.size() == 600);
    for (std::int64_t layer = 0; layer < config.text.layers; ++layer) {
        CHECK(at::equal(cache.keys(layer, 600), fresh.keys(layer, 600)));
        CHECK(at::equal(cache.values(layer, 600), fresh.values(layer, 600)));
    }
}

TEST_CASE_METHOD(Fixture, "A reading that is given up leaves the cache as it was") {
    const bool keeps = GENERATE(false, true);
    ids[150] = config.ids.videoPad;
    features.rows = at::randn({1, config.text.hiddenSize});
    PrefillRequest wanted = request();
    wanted.prefixTokens = 250;
    wanted.keepsChunks = keeps;
    KvCache cache = model.makeCache(310);
    {
        PromptReading reading(model, wanted, cache, *backend);
        CHECK(cache.size() == 0);
        reading.readTo(0);
        CHECK(cache.size() == 100);
        reading.readTo(1);
        CHECK(cache.size() == 250);
        CHECK(reading.reusedTokens() == 0);
    }
    CHECK(cache.size() == (keeps ? 250 : 0));
}

TEST_CASE_METHOD(Fixture,
                 "The automatic choice knows no more of a prefix read now than of a kept one") {
    // Notes what a call is told of its layer, and adds something.
    class Listening final : public AttentionBackend {
      public:
        explicit Listening(const AttentionBackend& inner) : inner_(inner) {}

        at::Tensor attend(const AttentionCall& call, AttentionRecorder* recorder) const override {
            const auto seen = call.density->of(call.layer);
            told_.push_back({call.layer, call.k.size(1), seen ? seen->keys : 0});
            call.density->saw(call.layer, {0.5, call.k.size(1)});
            return inner_.attend(call, recorder);
        }

        std::string name() const override { return "listening"; }

        struct Told {
            int layer;
            std::int64_t keys, seenKeys;

            bool operator==(const Told&) const = default;
        };

        mutable std::vector<Told> told_;

      private:
        const AttentionBackend& inner_;
    };

    const std::int64_t prefix = GENERATE(128, 200);
    PrefillRequest wanted = request();
    wanted.chunkTokens = 64;
    wanted.prefixTokens = prefix;
    KvCache cache = model.makeCache(300);
    const Listening fresh(*backend), kept(*backend);
    PrefillReport report, again;
    (void)model.prefill(wanted, cache, fresh, report);
    cache.truncate(prefix);
    (void)model.prefill(wanted, cache, kept, again);
    const auto layers = static_cast<std::size_t>(config.text.layers);
    REQUIRE(fresh.told_.size() > kept.told_.size());
    REQUIRE(kept.told_.size() >= 2 * layers);
    CHECK(std::equal(kept.told_.rbegin(), kept.told_.rend(), fresh.told_.rbegin()));
    // Nothing at first, then the chunk before.
    CHECK(kept.told_.front().seenKeys == 0);
    CHECK(kept.told_[layers].seenKeys == kept.told_.front().keys);
    CHECK(report.attention.calls.size() == fresh.told_.size());
}

TEST_CASE_METHOD(Fixture, "Chunks are whole attention blocks") {
    CHECK(model.defaultChunk() % 128 == 0);
    CHECK(model.defaultChunk() > 0);
    CHECK(model.defaultChunk() <= 1024);
}

namespace {

/// Sizes no shipped family has: heads that do not make up the hidden size, no q, k, v biases, norms
/// of q and k, rotary axes in turns.
ModelConfig otherConfig(bool qkNorm, RopeLayout rope) {
    ModelConfig config;
    config.text = {.hiddenSize = 24,
                   .intermediateSize = 40,
                   .layers = 2,
                   .heads = 4,
                   .kvHeads = 2,
                   .headDim = 16,
                   .vocabSize = 50,
                   .mropeSection = {4, 2, 2},
                   .layer = {.qkvBias = false, .qkNorm = qkNorm, .rope = rope}};
    config.vision.depth = 0;
    config.vision.width = 8;
    config.vision.heads = 1;
    config.vision.outputSize = 24;
    config.ids = {40, 41, 42, 43};
    return config;
}

at::Tensor plainRms(const at::Tensor& x, const at::Tensor& weight, double eps) {
    return x * at::rsqrt(x.square().mean({-1}, true) + eps) * weight;
}

/// Logits of the last token by the model's formulas, written down one by one in float64.
/// axisOf: of each rotary pair. deep: added behind layer 0.
at::Tensor writtenDown(const RandomWeights& weights, const std::vector<TokenId>& ids,
                       const MropePositions& positions, const std::vector<int>& axisOf,
                       const at::Tensor& rows, const at::Tensor& deep) {
    const TextConfig& text = weights.config().text;
    const auto weight = [&](const std::string& name) {
        return weights.tensor(name).to(at::kDouble);
    };
    const auto n = static_cast<std::int64_t>(ids.size()), half = text.headDim / 2;
    at::Tensor x = at::empty({n, text.hiddenSize}, at::kDouble);
    at::Tensor pads = at::zeros({n, text.hiddenSize}, at::kDouble);
    at::Tensor cos = at::empty({n, half}, at::kDouble), sin = at::empty({n, half}, at::kDouble);
    const at::Tensor table = weight("model.embed_tokens.weight");
    std::int64_t row = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool isPad = ids[at] == weights.config().ids.videoPad;
        x[i] = isPad ? rows[row].to(at::kDouble) : table[ids[at]];
        if (isPad) pads[i] = deep[row++].to(at::kDouble);
        for (std::int64_t j = 0; j < half; ++j) {
            const auto axis = static_cast<std::size_t>(axisOf[static_cast<std::size_t>(j)]);
            const double angle = positions.axes[axis][at] *
                                 std::pow(text.ropeTheta, -2.0 * static_cast<double>(j) /
                                                              static_cast<double>(text.headDim));
            cos[i][j] = std::cos(angle);
            sin[i][j] = std::sin(angle);
        }
    }
    const at::Tensor hidden = at::ones({n, n}, at::kBool).triu(1);
    for (std::int64_t layer = 0; layer < text.layers; ++layer) {
        const std::string name = "model.layers." + std::to_string(layer) + ".";
        const at::Tensor normed =
            plainRms(x, weight(name + "input_layernorm.weight"), text.rmsNormEps);
        const auto heads = [&](const std::string& which, std::int64_t count, bool isRotated) {
            at::Tensor part =
                at::matmul(normed, weight(name + "self_attn." + which + "_proj.weight").t())
                    .view({n, count, text.headDim});
            if (isRotated && text.layer.qkNorm) {
                part = plainRms(part, weight(name + "self_attn." + which + "_norm.weight"),
                                text.rmsNormEps);
            }
            if (isRotated) {
                const at::Tensor a = part.narrow(2, 0, half), b = part.narrow(2, half, half);
                const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
                part = at::cat({a * c - b * s, b * c + a * s}, 2);
            }
            return part.transpose(0, 1).repeat_interleave(text.heads / count, 0);  // [Hq, n, D]
        };
        const at::Tensor q = heads("q", text.heads, true), k = heads("k", text.kvHeads, true);
        const at::Tensor scores =
            at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(text.headDim));
        const at::Tensor mixed = at::matmul(scores.masked_fill(hidden, -INFINITY).softmax(-1),
                                            heads("v", text.kvHeads, false));
        x = x + at::matmul(mixed.transpose(0, 1).reshape({n, -1}),
                           weight(name + "self_attn.o_proj.weight").t());
        const at::Tensor second =
            plainRms(x, weight(name + "post_attention_layernorm.weight"), text.rmsNormEps);
        const at::Tensor gate = at::matmul(second, weight(name + "mlp.gate_proj.weight").t());
        const at::Tensor up = at::matmul(second, weight(name + "mlp.up_proj.weight").t());
        x = x + at::matmul(gate * gate.sigmoid() * up, weight(name + "mlp.down_proj.weight").t());
        if (layer == 0) x = x + pads;
    }
    return at::matmul(plainRms(x[n - 1], weight("model.norm.weight"), text.rmsNormEps), table.t());
}

}  // namespace

TEST_CASE(
    "Facts of a family that has none of today's: norms of q and k, own head size, axes in turns, "
    "deep features") {
    const bool qkNorm = GENERATE(false, true);
    const RopeLayout rope = GENERATE(RopeLayout::kContiguous, RopeLayout::kInterleaved);
    const std::int64_t chunk = GENERATE(3, 100);
    const ModelConfig config = otherConfig(qkNorm, rope);
    const RandomWeights weights(config, false, {}, 9);
    const LanguageModel other(config, weights);
    std::vector<TokenId> ids = {1, 2, 43, 43, 43, 43, 7, 8, 43, 43, 9, 10};
    const MropePositions positions =
        mropePositions(12, {{2, {1, 4, 4}, false, 1.0}, {8, {1, 2, 4}, false, 1.0}}, 2, 0);
    at::manual_seed(4);
    VisionFeatures features;
    features.rows = at::randn({6, 24});
    features.deep = {at::randn({6, 24})};
    // Sections 4, 2, 2: in turns the last rows are pair 4, the last columns pair 5.
    const std::vector<int> axisOf = rope == RopeLayout::kContiguous
                                        ? std::vector<int>{0, 0, 0, 0, 1, 1, 2, 2}
                                        : std::vector<int>{0, 1, 2, 0, 1, 2, 0, 0};
    const at::Tensor expected =
        writtenDown(weights, ids, positions, axisOf, features.rows, features.deep[0]);
    const auto backend = makeAttentionBackend({}, {2, 4, DeviceKind::kCpu});
    CAPTURE(qkNorm, rope == RopeLayout::kInterleaved, chunk);
    DecodeSession session = other.makeSession(12);
    PrefillReport report;
    const auto read = [&](std::size_t count, StageObserver* observer) {
        const MropePositions whole = positions;
        MropePositions part = whole;
        for (auto& axis : part.axes) axis.resize(count);
        return other.prefill({.ids = std::span(ids).first(count),
                              .positions = part,
                              .visionFeatures = features,
                              .chunkTokens = chunk,
                              .observer = observer},
                             session.cache(), *backend, report);
    };
    StageRecorder stages;
    const at::Tensor logits = read(12, &stages);
    CHECK((logits.to(at::kDouble) - expected).abs().max().item<double>() < 1e-5);
    // Behind the layer, at the pads only.
    const at::Tensor added = stages.whole("lm.layer_0.deepstack") - stages.whole("lm.layer_0");
    const auto pads = at::tensor({2, 3, 4, 5, 8, 9}, at::TensorOptions().dtype(at::kLong));
    CHECK((added.index_select(0, pads) - features.deep[0]).abs().max().item<double>() < 1e-6);
    CHECK(added.index_fill(0, pads, 0).abs().max().item<double>() == 0);
    CHECK(stages.has("lm.layer_1.q_norm") == qkNorm);

    // Unobserved, and the last token as an answer's.
    session.cache().truncate(0);
    CHECK((read(12, nullptr) - logits).abs().max().item<double>() < 1e-6);
    session.cache().truncate(11);
    const at::Tensor decoded = other.decode(ids.back(), 11 + positions.delta, session, {});
    CHECK((decoded.to(at::kDouble) - expected).abs().max().item<double>() < 1e-5);
}

TEST_CASE_METHOD(Fixture,
                 "A session outlives its model, grows, and has nothing to prepare on the CPU") {
    auto own = std::make_unique<LanguageModel>(config, CheckpointWeights(checkpoint, {}));
    DecodeSession session = own->makeSession(301);
    PrefillReport report;
    PrefillRequest wanted = request();
    (void)own->prefill(wanted, session.cache(), *backend, report);
    own->prepare(session);
    CHECK(session.mode().empty());
    const at::Tensor first = own->decode(5, 300, session, {});
    session.cache().truncate(300);
    CHECK(session.cache().moves() == 0);
    session.cache().reserve(400);
    CHECK(session.cache().moves() == 1);
    session.cache().reserve(350);
    CHECK(session.cache().moves() == 1);
    CHECK(at::equal(own->decode(5, 300, session, {}), first));
    own.reset();
    const DecodeSession moved = std::move(session);
    CHECK(moved.cache().size() == 301);
}

}  // namespace reelquery
