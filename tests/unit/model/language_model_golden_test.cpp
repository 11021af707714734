// The language model against Hugging Face transformers, stage by stage, in float32.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/model/language_model.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/model/sampler.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/tokens/tokenizer.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_prompt.h"
#include "tests/golden/golden_set.h"
#include "tests/golden/quantised_set.h"
#include "tests/support/stage_recorder.h"

namespace reelquery {

namespace {

constexpr double kPathTolerance = 1e-4;  // the same program, other chunks

struct GoldenModel {
    explicit GoldenModel(const std::filesystem::path& folder, ComputeTarget target = {})
        : GoldenModel(golden::QuantisedModel{folder, folder, {}}, target) {}

    explicit GoldenModel(const golden::QuantisedModel& files, ComputeTarget target = {})
        : config(readModelConfig(files.model, files.vision)),
          checkpoint(Checkpoint::open(files.model, &config, files.vision)),
          model(config, CheckpointWeights(checkpoint, target)),
          backend(
              makeAttentionBackend({}, {static_cast<int>(config.text.layers),
                                        static_cast<int>(config.text.heads), DeviceKind::kCpu})),
          values(golden::readTensors(files.golden / "golden.safetensors")) {
        if (!config.vision.deepLayers.empty()) {
            golden::GoldenPrompt prompt =
                golden::readQwen3Prompt(files.golden / "golden.safetensors", config);
            ids = std::move(prompt.ids);
            positions = std::move(prompt.positions);
            features = std::move(prompt.features);
            return;
        }
        const at::Tensor list = values.at("in.input_ids").view({-1}).to(at::kInt);
        ids.assign(list.data_ptr<TokenId>(), list.data_ptr<TokenId>() + list.size(0));
        const at::Tensor grid = values.at("in.video_grid_thw").view({-1}).to(at::kLong);
        std::int64_t begin = 0;
        while (ids[static_cast<std::size_t>(begin)] != config.ids.videoPad) ++begin;
        const VisionRun run{begin,
                            {grid[0].item<std::int64_t>(), grid[1].item<std::int64_t>(),
                             grid[2].item<std::int64_t>()},
                            false,
                            values.at("in.second_per_grid_ts")[0].item<double>()};
        positions = mropePositions(length(), {run}, 2, config.tokensPerSecond);
        features.rows = values.at("vision.output");
    }

    std::int64_t length() const { return static_cast<std::int64_t>(ids.size()); }

    at::Tensor prefill(KvCache& cache, std::int64_t chunk,
                       StageObserver* observer = nullptr) const {
        PrefillReport report;
        return model.prefill({.ids = ids,
                              .positions = positions,
                              .visionFeatures = features,
                              .chunkTokens = chunk,
                              .observer = observer},
                             cache, *backend, report);
    }

    ModelConfig config;
    Checkpoint checkpoint;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
    std::map<std::string, at::Tensor> values;
    std::vector<TokenId> ids;
    MropePositions positions;
    VisionFeatures features;
};

TokenId best(const at::Tensor& logits) {
    return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
}

}  // namespace

TEST_CASE("Every stage of the language model matches the reference") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const std::int64_t chunk = GENERATE(1000, 37);
    const GoldenModel golden(folder);
    StageRecorder stages;
    KvCache cache = golden.model.makeCache(golden.length());
    const at::Tensor logits = golden.prefill(cache, chunk, &stages);
    for (const auto& [key, value] : golden.values) {
        if (!key.starts_with("lm.")) continue;
        CAPTURE(folder.string(), key, chunk);
        at::Tensor ours;
        if (key == "lm.k_cache_0") {
            ours = cache.keys(0, cache.size());
        } else if (key == "lm.v_cache_0") {
            ours = cache.values(0, cache.size());
        } else {
            REQUIRE(stages.has(key));
            ours = stages.whole(key);
        }
        CHECK(golden::isSameStage(ours, value));
    }
    const at::Tensor last = golden.values.at("out.logits_last8")[-1];
    CHECK(golden::isSameStage(logits, last));
}

TEST_CASE("Greedy answers have the reference's ids") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel golden(folder);
    const at::Tensor expectedIds = golden.values.at("out.greedy_ids").to(at::kLong);
    const at::Tensor expectedLogits = golden.values.at("out.greedy_logits");
    DecodeSession session = golden.model.makeSession(golden.length() + expectedIds.size(0));
    KvCache& cache = session.cache();
    at::Tensor logits = golden.prefill(cache, 64);
    for (std::int64_t step = 0; step < expectedIds.size(0); ++step) {
        CAPTURE(folder.string(), step);
        CHECK(golden::isSameStage(logits, expectedLogits[step]));
        REQUIRE(best(logits) == expectedIds[step].item<std::int64_t>());
        logits =
            golden.model.decode(best(logits), cache.size() + golden.positions.delta, session, {});
    }
}

TEST_CASE("Logits and greedy answers of quantised checkpoints are the reference's") {
    const auto models = golden::quantisedModels();
    REQUIRE(!models.empty());
    for (const auto& files : models) {
        const GoldenModel golden(files);
        const at::Tensor ids = golden.values.at("out.greedy_ids").to(at::kLong);
        const at::Tensor margins = golden.values.at("out.greedy_margin");
        DecodeSession session = golden.model.makeSession(golden.length() + ids.size(0));
        KvCache& cache = session.cache();
        at::Tensor logits = golden.prefill(cache, 64);
        for (std::int64_t step = 0; step < ids.size(0); ++step) {
            CAPTURE(files.golden.filename().string(), step);
            const at::Tensor expected = golden.values.at("out.greedy_logits")[step];
            CHECK(golden::maxDifference(logits, expected) < 1e-3);
            const TokenId id = static_cast<TokenId>(ids[step].item<std::int64_t>());
            if (margins[step].item<float>() > 0.02F) CHECK(best(logits) == id);
            logits = golden.model.decode(id, cache.size() + golden.positions.delta, session, {});
        }
        const auto tokenizer = loadTokenizer(files.model);
        CHECK(tokenizer->specialId("<|video_pad|>") == golden.config.ids.videoPad);
        const std::string text = "How many boats, and \xC3\xBC when?\n 12";
        CHECK(decode(*tokenizer, tokenizer->encode(text), false) == text);
    }
}

TEST_CASE("Chunks, reuse of a prefix and cached decoding equal one pass") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel golden(folder);
    DecodeSession session = golden.model.makeSession(golden.length());
    KvCache& whole = session.cache();
    const at::Tensor expected = golden.prefill(whole, golden.length());

    for (const std::int64_t chunk : {1, 7, 37, 128}) {
        CAPTURE(chunk);
        KvCache cache = golden.model.makeCache(golden.length());
        CHECK(golden::maxDifference(golden.prefill(cache, chunk), expected) < kPathTolerance);
        CHECK(golden::maxDifference(cache.values(0, golden.length()),
                                    whole.values(0, golden.length())) < kPathTolerance);
    }
    for (const std::int64_t prefix : {std::int64_t{1}, std::int64_t{60}, golden.length() - 1}) {
        CAPTURE(prefix);
        whole.truncate(prefix);  // the rest is read again on top of what is kept
        CHECK(golden::maxDifference(golden.prefill(whole, 50), expected) < kPathTolerance);
        CHECK(whole.size() == golden.length());
    }

    // The last token as an answer token: decode must see what prefill sees.
    whole.truncate(golden.length() - 1);
    const at::Tensor decoded =
        golden.model.decode(golden.ids.back(), whole.size() + golden.positions.delta, session, {});
    CHECK(golden::maxDifference(decoded, expected) < kPathTolerance);
}

TEST_CASE("Sampling computes the reference's logits and probabilities") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel golden(folder);
    const at::Tensor last = golden.values.at("out.logits_last8")[-1].contiguous();
    std::vector<float> logits(last.data_ptr<float>(), last.data_ptr<float>() + last.size(0));
    SamplerSettings settings;
    settings.temperature = 0.7;
    settings.topK = 20;
    settings.topP = 0.8;
    settings.repetitionPenalty = 1.05;
    settings.knownIds = static_cast<TokenId>(logits.size());  // the reference masks nothing
    Sampler sampler(settings);
    sampler.see(golden.ids);
    sampler.penalise(logits);
    CHECK(golden::maxDifference(at::tensor(logits), golden.values.at("sample.logits_rep1.05")) <
          1e-6);
    const std::vector<double> shares = sampler.probabilities(logits);
    CHECK(golden::maxDifference(at::tensor(shares),
                                golden.values.at("sample.probs_t0.7_k20_p0.8")) < 1e-6);
}

TEST_CASE("The reference prompt comes out of the prompt builder") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel golden(folder);
    const auto tokenizer = loadTokenizer(folder);
    const PromptBuilder builder(*tokenizer, golden.config.ids, golden.config.vision.mergeSize);
    const at::Tensor grid = golden.values.at("in.video_grid_thw").view({-1}).to(at::kLong);
    VisionPart video;
    video.grid = {grid[0].item<std::int64_t>(), grid[1].item<std::int64_t>(),
                  grid[2].item<std::int64_t>()};
    const PromptSequence prompt =
        builder.build({{Role::kUser, {video, TextPart{"What happens in this video?"}}}}, {});
    CHECK(prompt.ids == golden.ids);
    const MropePositions positions =
        mropePositions(prompt, golden.config.vision.mergeSize, golden.config.tokensPerSecond);
    CHECK(positions.axes == golden.positions.axes);
    CHECK(positions.delta == golden.positions.delta);
}

TEST_CASE("bf16 logits are at most twice as far from float32 as the reference's own") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const ComputeTarget target{.bfloat16 = true, .cudaDevice = -1};
    const GoldenModel golden(folder, target);
    KvCache cache = golden.model.makeCache(golden.length());
    StageRecorder stages;
    golden.prefill(cache, 64, &stages);
    const char* head =
        golden.checkpoint.has(kHeadWeight) ? kHeadWeight : "model.embed_tokens.weight";
    const at::Tensor states = stages.whole("lm.final_norm");  // [L, H]
    const at::Tensor logits =
        at::linear(states.narrow(0, states.size(0) - 8, 8), golden.checkpoint.load(head, target))
            .to(at::kFloat);
    const at::Tensor expected = golden.values.at("out.logits_last8");
    const double error = (logits - expected).norm().item<double>() / expected.norm().item<double>();
    const double reference =
        golden::readJson("bf16_error.json").at(folder.filename().string()).get<double>();
    CAPTURE(folder.string(), error, reference);
    CHECK(error > 0);
    CHECK(error <= 2 * reference);
}

}  // namespace reelquery
