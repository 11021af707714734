// Progress, stops and contracts of the language model; its numbers are checked by the golden tests.

#include "core/model/language_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/attention/prompt_density.h"
#include "core/weights/checkpoint.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

struct Fixture {
    Fixture()
        : config(readModelConfig(folder.folder())),
          checkpoint(Checkpoint::open(folder.folder(), &config)),
          model(
              config, {}, [this](const std::string& name) { return checkpoint.load(name, {}); },
              false),
          backend(
              makeAttentionBackend({}, {static_cast<int>(config.text.layers),
                                        static_cast<int>(config.text.heads), DeviceKind::kCpu})),
          ids(300) {
        std::iota(ids.begin(), ids.end(), 0);
        positions = mropePositions(300, {}, 2, 0);
    }

    PrefillRequest request() const {
        return {.ids = ids,
                .positions = positions,
                .visionFeatures = features,
                .chunkTokens = 100,
                .progress = {},
                .cancel = {},
                .hook = {}};
    }

    ScratchModel folder;
    ModelConfig config;
    Checkpoint checkpoint;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
    std::vector<TokenId> ids;
    MropePositions positions;
    at::Tensor features;
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
    KvCache cache = model.makeCache(310);
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
               [&] { (void)model.decode(3, 0, cache, stop.get_token()); });
    CHECK(cache.size() == 0);
}

TEST_CASE_METHOD(Fixture, "Feature rows must match the pads") {
    KvCache cache = model.makeCache(310);
    PrefillReport report;
    ids[7] = config.ids.videoPad;
    CHECK_THROWS_AS(model.prefill(request(), cache, *backend, report), Error);
    features = at::zeros({1, config.text.hiddenSize});
    CHECK_NOTHROW(model.prefill(request(), cache, *backend, report));
    // Nothing is left to read.
    CHECK_THROWS_AS(model.prefill(request(), cache, *backend, report), Error);
}

TEST_CASE_METHOD(Fixture, "Each pad takes its own feature row, whatever the chunks") {
    for (const std::int64_t pad : {5, 99, 100, 101, 250}) {
        ids[static_cast<std::size_t>(pad)] = config.ids.imagePad;
    }
    features = at::randn({5, config.text.hiddenSize});
    const auto lastLogits = [&](std::int64_t chunk) {
        KvCache cache = model.makeCache(300);
        PrefillReport report;
        PrefillRequest wanted = request();
        wanted.chunkTokens = chunk;
        return model.prefill(wanted, cache, *backend, report);
    };
    const at::Tensor whole = lastLogits(300);
    CHECK((lastLogits(100) - whole).abs().max().item<double>() < 1e-4);
    features = features.flip(0);
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
        .prefixTokens = prefix,
        .progress = {},
        .cancel = {},
        .hook = {}};
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

}  // namespace reelquery
