// Positions against the reference cases: text, pictures, several videos, long ones, fractional
// seconds.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/model/mrope.h"
#include "core/model/rotary.h"
#include "core/spec/model_config.h"
#include "tests/golden/golden_set.h"

namespace reelquery {

namespace {

/// Runs of pads in a golden case, which gives grids and kinds in order.
std::vector<VisionRun> runsOf(const nlohmann::json& item, const SpecialIds& special) {
    const auto ids = item.at("ids").get<std::vector<TokenId>>();
    std::vector<VisionRun> runs;
    std::size_t video = 0;
    for (std::int64_t at = 0; at < static_cast<std::int64_t>(ids.size());) {
        const TokenId id = ids[static_cast<std::size_t>(at)];
        if (id != special.imagePad && id != special.videoPad) {
            ++at;
            continue;
        }
        const auto grid = item.at("grids").at(runs.size()).get<std::vector<std::int64_t>>();
        VisionRun run{at, {grid[0], grid[1], grid[2]}, id == special.imagePad, 1.0};
        const auto& seconds = item.at("seconds_per_grid");
        if (!run.isImage && !seconds.is_null()) run.secondsPerPair = seconds.at(video++);
        at += run.grid.patches() / 4;
        runs.push_back(run);
    }
    return runs;
}

}  // namespace

TEST_CASE("Positions of every reference layout are exact") {
    const ModelConfig config = readModelConfig(golden::modelFolders().front());
    const auto cases = golden::readJson("mrope_golden.json");
    REQUIRE(cases.size() >= 40);
    for (const auto& item : cases) {
        CAPTURE(item.at("layout").get<std::string>(), item.at("family").get<std::string>(),
                item.at("seconds_per_grid").dump());
        const auto runs = runsOf(item, config.ids);
        const auto& perSecond = item.at("tokens_per_second");
        const MropePositions positions =
            mropePositions(static_cast<std::int64_t>(item.at("ids").size()), runs, 2,
                           perSecond.is_null() ? 0.0 : perSecond.get<double>());
        for (std::size_t axis = 0; axis < 3; ++axis) {
            CHECK(positions.axes[axis] ==
                  item.at("positions").at(axis).get<std::vector<std::int32_t>>());
        }
        CHECK(positions.delta == item.at("delta").get<std::int64_t>());
    }
}

TEST_CASE("Positions and rotary tables of the reference prompts match") {
    const auto folder = GENERATE(from_range(golden::modelFolders()));
    const ModelConfig config = readModelConfig(folder);
    const auto values = golden::readTensors(folder / "golden.safetensors");
    const at::Tensor ids = values.at("in.input_ids").view({-1}).to(at::kLong);
    const at::Tensor grid = values.at("in.video_grid_thw").view({-1}).to(at::kLong);
    const std::int64_t length = ids.size(0);
    const std::int64_t begin = ids.eq(config.ids.videoPad).nonzero()[0].item<std::int64_t>();
    const VisionRun run{
        begin,
        {grid[0].item<std::int64_t>(), grid[1].item<std::int64_t>(), grid[2].item<std::int64_t>()},
        false,
        values.at("in.second_per_grid_ts")[0].item<double>()};
    const MropePositions positions = mropePositions(length, {run}, 2, config.tokensPerSecond);
    const at::Tensor expected = values.at("in.position_ids").view({3, -1}).to(at::kInt);
    for (std::size_t axis = 0; axis < 3; ++axis) {
        CHECK(at::equal(at::tensor(positions.axes[axis], at::TensorOptions().dtype(at::kInt)),
                        expected[static_cast<std::int64_t>(axis)]));
    }
    CHECK(positions.delta == values.at("in.rope_deltas").item<std::int64_t>());

    if (!values.contains("lm.rope_cos")) return;
    // A stretch from the middle, as a chunk takes it.
    at::Tensor cos, sin;
    rotaryTables(positions, 5, length, config.text, {}, cos, sin);
    const std::int64_t half = config.text.headDim / 2;
    const auto reference = [&](const char* key) {
        return values.at(key).view({length, -1}).narrow(0, 5, length - 5).narrow(1, 0, half);
    };
    CHECK(golden::maxDifference(cos, reference("lm.rope_cos")) < 1e-6);
    CHECK(golden::maxDifference(sin, reference("lm.rope_sin")) < 1e-6);
}

}  // namespace reelquery
