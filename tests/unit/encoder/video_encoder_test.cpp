// Grouping, stops and damaged weights, on a small tower with random weights.

#include "vision/encoder/video_encoder.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/weights/weight_source.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

VisionConfig smallConfig() {
    VisionConfig config;
    config.depth = 2;
    config.width = 32;
    config.heads = 2;
    config.intermediateSize = 48;
    config.outputSize = 24;
    return config;
}

/// Random weights of the shapes smallConfig() calls for, by name.
class MadeUpWeights final : public WeightSource {
  public:
    explicit MadeUpWeights(const VisionConfig& config) {
        const std::int64_t width = config.width, inner = config.intermediateSize;
        set("patch_embed.proj.weight", {width, 3, 2, 14, 14});
        for (std::int64_t i = 0; i < config.depth; ++i) {
            const std::string block = "blocks." + std::to_string(i) + ".";
            addLinear(block + "attn.qkv", 3 * width, width);
            addLinear(block + "attn.proj", width, width);
            addLinear(block + "mlp.fc1", inner, width);
            addLinear(block + "mlp.fc2", width, inner);
            for (const char* norm : {"norm1", "norm2"}) {
                set(block + norm + ".weight", {width});
                set(block + norm + ".bias", {width});
            }
        }
        set("merger.ln_q.weight", {width});
        set("merger.ln_q.bias", {width});
        addLinear("merger.mlp.0", 4 * width, 4 * width);
        addLinear("merger.mlp.2", config.outputSize, 4 * width);
    }

    void set(const std::string& name, std::vector<std::int64_t> shape) {
        tensors_["visual." + name] = at::randn(shape) * 0.1;
    }

    const ComputeTarget& target() const override { return target_; }

    bool has(const std::string& name) const override { return tensors_.contains(name); }

    at::Tensor tensor(const std::string& name) const override { return tensors_.at(name); }

    std::int64_t bytes(const std::string& name) const override {
        return static_cast<std::int64_t>(tensors_.at(name).nbytes());
    }

  private:
    void addLinear(const std::string& name, std::int64_t out, std::int64_t in) {
        set(name + ".weight", {out, in});
        set(name + ".bias", {out});
    }

    ComputeTarget target_;
    std::map<std::string, at::Tensor> tensors_;
};

at::Tensor randomFrame() {
    return at::randint(0, 256, {3, 56, 56}).to(at::kByte);
}

}  // namespace

TEST_CASE("Groups come out as soon as they are full, the rest at the end") {
    const VisionConfig config = smallConfig();
    const MadeUpWeights weights(config);
    const VisionTower tower(config, weights);
    constexpr std::int64_t kPatchesPerPair = 16, kTokensPerPair = 4;
    VideoEncoder encoder(tower, PixelConfig{}, 2 * kPatchesPerPair + 3);
    std::vector<std::int64_t> rows;
    for (int frame = 0; frame < 9; ++frame) {
        const auto part = encoder.push(randomFrame(), {});
        rows.push_back(part ? part->rows.size(0) : 0);
    }
    CHECK(rows ==
          std::vector<std::int64_t>{0, 0, 0, 2 * kTokensPerPair, 0, 0, 0, 2 * kTokensPerPair, 0});
    const auto last = encoder.finish({});
    REQUIRE(last);
    CHECK(last->rows.sizes() == at::IntArrayRef({kTokensPerPair, config.outputSize}));
    CHECK_FALSE(encoder.finish({}));
    CHECK(encoder.grid() == PatchGrid{5, 4, 4});
    CHECK(encoder.seconds() > 0);
}

TEST_CASE("A pair larger than the budget is encoded alone") {
    const VisionConfig config = smallConfig();
    const MadeUpWeights weights(config);
    const VisionTower tower(config, weights);
    VideoEncoder encoder(tower, PixelConfig{}, 1);
    CHECK_FALSE(encoder.push(randomFrame(), {}));
    CHECK(encoder.push(randomFrame(), {}));
}

TEST_CASE("A stop ends encoding at once") {
    const VisionConfig config = smallConfig();
    const MadeUpWeights weights(config);
    const VisionTower tower(config, weights);
    std::stop_source stop;
    stop.request_stop();
    VideoEncoder encoder(tower, PixelConfig{});
    CHECK_FALSE(encoder.push(randomFrame(), {}));
    try {
        (void)encoder.finish(stop.get_token());
        FAIL("encoding went on");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kCancelled);
    }
}

TEST_CASE("A weight of the wrong shape is named") {
    const VisionConfig config = smallConfig();
    MadeUpWeights weights(config);
    weights.set("blocks.1.mlp.fc2.weight", {32, 47});
    try {
        const VisionTower tower(config, weights);
        FAIL("the tower took the weight");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::kModel);
        CHECK(error.message().find("visual.blocks.1.mlp.fc2.weight") != std::string::npos);
        CHECK(error.message().find("[32, 48]") != std::string::npos);
    }
}

}  // namespace reelquery
