// Qwen3-VL on a card, against Hugging Face's values: tower with heads of 64 and 72, language model
// with heads of 64 and 128, norms of q and k also in the captured step. Part of model_gpu_test.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/attention/relative_difference.h"
#include "core/device/cuda_libraries.h"
#include "core/model/language_model.h"
#include "core/spec/weight_shapes.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_prompt.h"
#include "tests/golden/golden_set.h"
#include "tests/support/stage_recorder.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

using golden::GoldenMedium;
using golden::GoldenPrompt;

/// A golden checkpoint on the card, and a prompt whose features its tower makes from the frames.
struct Qwen3OnCard {
    Qwen3OnCard(const std::filesystem::path& folder, const std::string& file, bool bfloat16)
        : target{bfloat16, cudaLibraries().usable()->card.index},
          config(readModelConfig(folder)),
          checkpoint(Checkpoint::open(folder, &config)),
          tower(config.vision, CheckpointWeights(checkpoint, target)),
          model(config, CheckpointWeights(checkpoint, target)),
          backend(makeAttentionBackend(
              {}, {static_cast<int>(config.text.layers), static_cast<int>(config.text.heads),
                   DeviceKind::kCuda, static_cast<int>(config.text.headDim), bfloat16})),
          prompt(golden::readQwen3Prompt(folder / file, config)) {
        std::vector<at::Tensor> rows;
        std::vector<std::vector<at::Tensor>> deep(config.vision.deepLayers.size());
        for (const GoldenMedium& medium : prompt.media) {
            const PixelConfig& pixels = medium.isImage ? config.pixels : config.videoPixels;
            const VisionFeatures part =
                tower.encode(patchify(medium.frames, config.vision, pixels), medium.grid, {});
            rows.push_back(part.rows);
            for (std::size_t j = 0; j < deep.size(); ++j) deep[j].push_back(part.deep[j]);
        }
        features.rows = at::cat(rows);
        for (const auto& parts : deep) features.deep.push_back(at::cat(parts));
    }

    at::Tensor prefill(KvCache& cache, StageObserver* observer = nullptr) const {
        PrefillReport report;
        return model.prefill({.ids = prompt.ids,
                              .positions = prompt.positions,
                              .visionFeatures = features,
                              .observer = observer},
                             cache, *backend, report);
    }

    ComputeTarget target;
    ModelConfig config;
    Checkpoint checkpoint;
    VisionTower tower;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
    GoldenPrompt prompt;
    VisionFeatures features;
};

TokenId best(const at::Tensor& logits) {
    return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
}

}  // namespace

TEST_CASE("Qwen3-VL's features in float32 on a card are the reference's") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const Qwen3OnCard onCard(folder, file, false);
    CAPTURE(folder.string(), file);
    // The card's products may round to TF32 nowhere: 1e-3 is what float32 leaves.
    CHECK(golden::maxDifference(onCard.features.rows.to(at::kCPU), onCard.prompt.features.rows) <
          1e-3);
    for (std::size_t j = 0; j < onCard.features.deep.size(); ++j) {
        CHECK(golden::maxDifference(onCard.features.deep[j].to(at::kCPU),
                                    onCard.prompt.features.deep[j]) < 1e-3);
    }
}

TEST_CASE("Greedy answers of Qwen3-VL in float32 on a card have the reference's ids") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const Qwen3OnCard onCard(folder, file, false);
    const GoldenPrompt& prompt = onCard.prompt;
    const at::Tensor expected = prompt.values.at("out.greedy_ids").to(at::kLong);
    DecodeSession session = onCard.model.makeSession(prompt.length() + expected.size(0));
    at::Tensor logits = onCard.prefill(session.cache());
    for (std::int64_t step = 0; step < expected.size(0); ++step) {
        CAPTURE(folder.string(), file, step);
        REQUIRE(best(logits) == expected[step].item<std::int64_t>());
        logits = onCard.model.decode(best(logits), session.cache().size() + prompt.positions.delta,
                                     session, {});
    }
}

TEST_CASE("bf16 logits of Qwen3-VL on a card are at most twice as far off as the reference's own") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    if (!std::filesystem::exists(golden::qwen3Folder() / "bf16_error.json")) {
        WARN("this golden set does not say how far the reference's own bf16 logits are off");
        return;
    }
    const Qwen3OnCard onCard(folder, golden::qwen3PromptFiles().front(), true);
    KvCache cache = onCard.model.makeCache(onCard.prompt.length());
    StageRecorder stages;
    onCard.prefill(cache, &stages);
    const char* head =
        onCard.checkpoint.has(kHeadWeight) ? kHeadWeight : "model.embed_tokens.weight";
    const at::Tensor all = stages.whole("lm.final_norm");  // [L, H]
    const at::Tensor logits =
        at::linear(all.narrow(0, all.size(0) - 8, 8), onCard.checkpoint.load(head, onCard.target));
    const double error =
        relativeDifference(logits.to(at::kCPU), onCard.prompt.values.at("out.logits_last8"));
    const double reference =
        golden::readQwen3Json("bf16_error.json").at(folder.filename().string()).get<double>();
    std::printf("%s: bf16 error %.5f, the reference's %.5f\n", folder.filename().c_str(), error,
                reference);
    CHECK(error > 0);
    CHECK(error <= 2 * reference);
}

TEST_CASE("Qwen3-VL's captured step equals the same step kernel by kernel, and reading on") {
    constexpr int kTokens = 12;
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const Qwen3OnCard onCard(folder, golden::qwen3PromptFiles().front(), true);
    const std::int64_t length = onCard.prompt.length();
    DecodeSession captured = onCard.model.makeSession(length + kTokens);
    DecodeSession stepwise(onCard.model.makeCache(length + kTokens), false);
    at::Tensor fromGraph = onCard.prefill(captured.cache());
    CHECK(at::equal(onCard.prefill(stepwise.cache()), fromGraph));
    for (int token = 0; token < kTokens; ++token) {
        CAPTURE(folder.string(), token);
        const std::int64_t position = length + token + onCard.prompt.positions.delta;
        const TokenId id = best(fromGraph);
        fromGraph = onCard.model.decode(id, position, captured, {});
        REQUIRE(at::equal(fromGraph, onCard.model.decode(id, position, stepwise, {})));
    }
    CHECK(captured.mode() == "CUDA graph");
    CHECK(stepwise.mode() == "kernel by kernel");
    // The prompt's last token as an answer's gives what reading it gives.
    KvCache whole = onCard.model.makeCache(length);
    const at::Tensor read = onCard.prefill(whole);
    captured.cache().truncate(length - 1);
    const at::Tensor decoded = onCard.model.decode(
        onCard.prompt.ids.back(), length - 1 + onCard.prompt.positions.delta, captured, {});
    CHECK(relativeDifference(decoded, read) < 0.03);  // a few dozen roundings to 2^-9
}

}  // namespace reelquery
