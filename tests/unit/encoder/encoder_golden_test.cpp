// The vision towers against Hugging Face transformers, stage by stage, in float32.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/spec/model_config.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_set.h"
#include "tests/support/stage_recorder.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/video_encoder.h"
#include "vision/encoder/vision_tower.h"
#include "vision/encoder/window_order.h"

namespace reelquery {

namespace {

constexpr double kStreamTolerance = 1e-4;  // the same program, other group sizes

struct GoldenModel {
    explicit GoldenModel(const std::filesystem::path& folder)
        : config(readModelConfig(folder)),
          checkpoint(Checkpoint::open(folder, &config)),
          tower(config.vision, CheckpointWeights(checkpoint, {})),
          values(golden::readTensors(folder / "golden.safetensors")) {
        const at::Tensor row = values.at("in.video_grid_thw").to(at::kLong).view({-1});
        grid = {row[0].item<std::int64_t>(), row[1].item<std::int64_t>(),
                row[2].item<std::int64_t>()};
    }

    at::Tensor frames() const { return values.at("in.frames_resized_u8"); }

    at::Tensor features() const {
        return tower.encode(patchify(frames(), config.vision, config.pixels), grid, {}).rows;
    }

    ModelConfig config;
    Checkpoint checkpoint;
    VisionTower tower;
    std::map<std::string, at::Tensor> values;
    PatchGrid grid;
};

/// Frames one by one through a VideoEncoder.
at::Tensor streamed(const GoldenModel& model, const at::Tensor& frames, std::int64_t patchBudget) {
    VideoEncoder encoder(model.tower, model.config.pixels, patchBudget);
    std::vector<at::Tensor> parts;
    for (std::int64_t i = 0; i < frames.size(0); ++i) {
        if (auto part = encoder.push(frames[i], {})) parts.push_back(part->rows);
    }
    if (auto part = encoder.finish({})) parts.push_back(part->rows);
    CHECK(encoder.grid() ==
          gridOf(frames.size(0), frames.size(2), frames.size(3), model.config.vision));
    return at::cat(parts);
}

}  // namespace

TEST_CASE("Pixel rows are bit-identical to the reference processor") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel model(folder);
    const at::Tensor rows = patchify(model.frames(), model.config.vision, model.config.pixels);
    CHECK(gridOf(model.frames().size(0), model.frames().size(2), model.frames().size(3),
                 model.config.vision) == model.grid);
    CHECK(at::equal(rows, model.values.at("in.pixel_values_videos")));
}

TEST_CASE("Every stage of the vision tower matches the reference") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel model(folder);
    StageRecorder stages;
    const at::Tensor output =
        model.tower
            .encode(patchify(model.frames(), model.config.vision, model.config.pixels), model.grid,
                    {}, &stages)
            .rows;
    CHECK(golden::isSameStage(output, model.values.at("vision.output")));
    for (const auto& [key, value] : model.values) {
        const bool isTable = key == "vision.window_index" || key.ends_with("_seqlens");
        if (!key.starts_with("vision.") || isTable) continue;
        CAPTURE(folder.string(), key);
        REQUIRE(stages.has(key));
        CHECK(golden::isSameStage(stages.whole(key), value));
    }
}

TEST_CASE("Windows lie where the reference puts them") {
    const GoldenModel model(golden::modelFolders().back());
    REQUIRE(model.config.vision.windowSize > 0);
    if (!model.values.contains("vision.window_index")) {
        WARN("this golden set was written without stages; no window tables in it");
        return;
    }
    const WindowOrder order = windowOrder(model.grid, model.config.vision);
    const at::Tensor index = at::tensor(order.tokens, at::TensorOptions().dtype(at::kLong));
    CHECK(at::equal(index, model.values.at("vision.window_index").to(at::kLong)));
    std::vector<std::int64_t> bounds = {0};
    for (const std::int64_t tokens : order.lengths) bounds.push_back(bounds.back() + 4 * tokens);
    CHECK(at::equal(at::tensor(bounds, at::TensorOptions().dtype(at::kLong)),
                    model.values.at("vision.cu_window_seqlens").to(at::kLong)));
}

TEST_CASE("A video encoded in groups equals one encoded whole") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const std::int64_t pairs = GENERATE(1, 2, 100);
    const GoldenModel model(folder);
    const at::Tensor parts = streamed(model, model.frames(), pairs * model.grid.h * model.grid.w);
    CHECK(golden::maxDifference(parts, model.features()) < kStreamTolerance);
    CHECK(golden::isSameStage(parts, model.values.at("vision.output")));
}

TEST_CASE("An odd last frame is paired with itself, and so is a picture") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel model(folder);
    const at::Tensor odd = model.frames().narrow(0, 0, 3);
    const at::Tensor even = at::cat({odd, odd.narrow(0, 2, 1)});
    const at::Tensor expected =
        model.tower
            .encode(patchify(even, model.config.vision, model.config.pixels),
                    gridOf(4, even.size(2), even.size(3), model.config.vision), {})
            .rows;
    CHECK(golden::maxDifference(streamed(model, odd, 1), expected) < kStreamTolerance);

    const at::Tensor picture =
        encodePicture(model.tower, model.config.pixels, model.frames()[2], {}).rows;
    CHECK(golden::maxDifference(picture, expected.narrow(0, picture.size(0), picture.size(0))) <
          kStreamTolerance);
}

TEST_CASE("bf16 features stay close to float32 ones") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const GoldenModel model(folder);
    const CheckpointWeights weights(model.checkpoint, {.bfloat16 = true, .cudaDevice = -1});
    const VisionTower narrow(model.config.vision, weights);
    const at::Tensor features =
        narrow
            .encode(patchify(model.frames(), model.config.vision, model.config.pixels), model.grid,
                    {})
            .rows;
    CHECK(features.scalar_type() == at::kBFloat16);
    const at::Tensor expected = model.values.at("vision.output");
    const double error =
        (features.to(at::kFloat) - expected).norm().item<double>() / expected.norm().item<double>();
    // bf16 rounds to 2^-9; a few dozen roundings in a row leave a few per cent.
    CHECK(error < 0.05);
}

}  // namespace reelquery
