// Qwen3-VL's vision tower, and the whole model from pixels on, against Hugging Face transformers.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/model/language_model.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_prompt.h"
#include "tests/golden/golden_set.h"
#include "tests/support/stage_recorder.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/video_encoder.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

using golden::GoldenMedium;
using golden::GoldenPrompt;

constexpr double kQwen3StreamTolerance = 1e-4;  // the same program, other group sizes

struct GoldenTower {
    explicit GoldenTower(const std::filesystem::path& folder)
        : config(readModelConfig(folder)),
          checkpoint(Checkpoint::open(folder, &config)),
          tower(config.vision, CheckpointWeights(checkpoint, {})) {}

    const PixelConfig& pixels(const GoldenMedium& medium) const {
        return medium.isImage ? config.pixels : config.videoPixels;
    }

    at::Tensor patches(const GoldenMedium& medium) const {
        return patchify(medium.frames, config.vision, pixels(medium));
    }

    ModelConfig config;
    Checkpoint checkpoint;
    VisionTower tower;
};

/// Features one behind the other.
VisionFeatures joined(const std::vector<VisionFeatures>& parts) {
    std::vector<at::Tensor> rows;
    for (const VisionFeatures& part : parts) rows.push_back(part.rows);
    VisionFeatures all{at::cat(rows), {}};
    for (std::size_t j = 0; j < parts.front().deep.size(); ++j) {
        std::vector<at::Tensor> deep;
        for (const VisionFeatures& part : parts) deep.push_back(part.deep[j]);
        all.deep.push_back(at::cat(deep));
    }
    return all;
}

/// Frames one by one through a VideoEncoder.
VisionFeatures streamedQwen3(const GoldenTower& model, const GoldenMedium& medium,
                             std::int64_t patchBudget) {
    VideoEncoder encoder(model.tower, model.pixels(medium), patchBudget);
    std::vector<VisionFeatures> parts;
    for (std::int64_t i = 0; i < medium.frames.size(0); ++i) {
        if (auto part = encoder.push(medium.frames[i], {})) parts.push_back(std::move(*part));
    }
    if (auto part = encoder.finish({})) parts.push_back(std::move(*part));
    CHECK(encoder.grid() == medium.grid);
    return joined(parts);
}

}  // namespace

TEST_CASE("Pixel rows of Qwen3-VL are bit-identical to the reference processor") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const GoldenTower model(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, model.config);
    std::vector<at::Tensor> pictures, videos;
    for (const GoldenMedium& medium : prompt.media) {
        CHECK(gridOf(medium.frames.size(0), medium.frames.size(2), medium.frames.size(3),
                     model.config.vision) == medium.grid);
        (medium.isImage ? pictures : videos).push_back(model.patches(medium));
    }
    CAPTURE(folder.string(), file);
    if (prompt.media.size() > 1 && !prompt.values.contains("in.pixel_values")) return;  // left out
    if (!pictures.empty()) {
        CHECK(at::equal(at::cat(pictures), prompt.values.at("in.pixel_values")));
    }
    if (!videos.empty()) {
        CHECK(at::equal(at::cat(videos), prompt.values.at("in.pixel_values_videos")));
    }
}

TEST_CASE("Every stage of Qwen3-VL's vision tower matches the reference") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const GoldenTower model(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, model.config);
    StageRecorder stages;
    std::vector<VisionFeatures> parts;
    for (const GoldenMedium& medium : prompt.media) {
        parts.push_back(model.tower.encode(model.patches(medium), medium.grid, {}, &stages));
    }
    const VisionFeatures features = joined(parts);
    REQUIRE(features.deep.size() == prompt.features.deep.size());
    for (std::size_t j = 0; j < features.deep.size(); ++j) {
        CAPTURE(folder.string(), file, j);
        CHECK(golden::isSameStage(features.deep[j], prompt.features.deep[j]));
    }
    CHECK(golden::isSameStage(features.rows, prompt.features.rows));
    for (const auto& [key, value] : prompt.values) {
        if (!key.starts_with("vision.")) continue;
        CAPTURE(folder.string(), file, key);
        REQUIRE(stages.has(key));
        CHECK(golden::isSameStage(stages.whole(key), value));
    }
}

TEST_CASE("A video of Qwen3-VL encoded in groups equals one encoded whole, deep features too") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const std::int64_t pairs = GENERATE(1, 2, 100);
    const GoldenTower model(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, model.config);
    for (const GoldenMedium& medium : prompt.media) {
        CAPTURE(folder.string(), file, pairs, medium.isImage);
        const VisionFeatures whole = model.tower.encode(model.patches(medium), medium.grid, {});
        const VisionFeatures parts =
            streamedQwen3(model, medium, pairs * medium.grid.h * medium.grid.w);
        CHECK(golden::maxDifference(parts.rows, whole.rows) < kQwen3StreamTolerance);
        for (std::size_t j = 0; j < whole.deep.size(); ++j) {
            CHECK(golden::maxDifference(parts.deep[j], whole.deep[j]) < kQwen3StreamTolerance);
        }
    }
}

TEST_CASE("From pixels to the answer Qwen3-VL gives the reference's greedy ids") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const GoldenTower model(folder);
    const LanguageModel language(model.config, CheckpointWeights(model.checkpoint, {}));
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, model.config);
    std::vector<VisionFeatures> parts;
    for (const GoldenMedium& medium : prompt.media)
        parts.push_back(streamedQwen3(model, medium, 1));
    const at::Tensor expected = prompt.values.at("out.greedy_ids").to(at::kLong);
    DecodeSession session = language.makeSession(prompt.length() + expected.size(0));
    const auto backend =
        makeAttentionBackend({}, {static_cast<int>(model.config.text.layers),
                                  static_cast<int>(model.config.text.heads), DeviceKind::kCpu});
    PrefillReport report;
    at::Tensor logits = language.prefill({.ids = prompt.ids,
                                          .positions = prompt.positions,
                                          .visionFeatures = joined(parts),
                                          .chunkTokens = 0},
                                         session.cache(), *backend, report);
    for (std::int64_t step = 0; step < expected.size(0); ++step) {
        CAPTURE(folder.string(), file, step);
        const auto id = static_cast<TokenId>(logits.argmax().item<std::int64_t>());
        REQUIRE(id == expected[step].item<std::int64_t>());
        logits = language.decode(id, session.cache().size() + prompt.positions.delta, session, {});
    }
}

TEST_CASE("bf16 features of Qwen3-VL stay close to float32 ones") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const GoldenTower model(folder);
    const GoldenPrompt prompt =
        golden::readQwen3Prompt(folder / golden::qwen3PromptFiles().front(), model.config);
    const CheckpointWeights weights(model.checkpoint, {.bfloat16 = true, .cudaDevice = -1});
    const VisionTower narrow(model.config.vision, weights);
    const GoldenMedium& medium = prompt.media.front();
    const VisionFeatures features = narrow.encode(model.patches(medium), medium.grid, {});
    const auto isNear = [](const at::Tensor& ours, const at::Tensor& expected) {
        CHECK(ours.scalar_type() == at::kBFloat16);
        const at::Tensor difference = ours.to(at::kFloat) - expected;
        // bf16 rounds to 2^-9; a few dozen roundings in a row leave a few per cent.
        CHECK(difference.norm().item<double>() / expected.norm().item<double>() < 0.05);
    };
    isNear(features.rows, prompt.features.rows);
    for (std::size_t j = 0; j < features.deep.size(); ++j) {
        isNear(features.deep[j], prompt.features.deep[j]);
    }
}

}  // namespace reelquery
