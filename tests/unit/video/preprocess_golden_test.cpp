// Frame counts, indices, sizes and budgets against values computed in Python with torch, by the
// formulas of qwen-vl-utils.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/video/made_up_video.h"
#include "vision/video/frame_plan.h"

namespace reelquery {
namespace {

/// The values of the families whose tokens have sides of `tokenSide` pixels.
nlohmann::json goldenCases(const char* section, int tokenSide) {
    const bool isQwen3 = tokenSide == 32;
    const std::filesystem::path committed = REELQUERY_COMMITTED_GOLDENS;
    const char* chosen =
        std::getenv(isQwen3 ? "REELQUERY_GOLDEN_QWEN3_DIR" : "REELQUERY_GOLDEN_DIR");
    const std::filesystem::path folder = chosen && *chosen ? std::filesystem::path(chosen)
                                         : isQwen3         ? committed / "qwen3"
                                                           : committed;
    std::ifstream file(folder / "preprocess_golden.json");
    INFO(folder.string());
    REQUIRE(file.is_open());
    nlohmann::json cases = nlohmann::json::parse(file).at(section);
    REQUIRE_FALSE(cases.empty());
    return cases;
}

/// The reference yields 0 for a side shorter than a token; one token is the least there can be.
FrameSize sizeIn(const nlohmann::json& pair, int tokenSide) {
    return {std::max(tokenSide, pair.at(0).get<int>()), std::max(tokenSide, pair.at(1).get<int>())};
}

TEST_CASE("target sizes equal the reference") {
    const int tokenSide = GENERATE(28, 32);
    for (const auto& golden : goldenCases("smart_resize", tokenSide)) {
        INFO(golden.dump());
        CHECK(golden.value("factor", 28) == tokenSide);
        const FrameSize size = smartResize(golden.at("h"), golden.at("w"), golden.at("min_pixels"),
                                           golden.at("max_pixels"), tokenSide);
        const FrameSize expected = sizeIn(golden.at("out"), tokenSide);
        CHECK(size.height == expected.height);
        CHECK(size.width == expected.width);
    }
}

TEST_CASE("frame counts, indices and rates equal the reference") {
    const int tokenSide = GENERATE(28, 32);
    for (const auto& golden : goldenCases("sampling", tokenSide)) {
        INFO(golden.at("total_frames") << " frames at " << golden.at("video_fps"));
        SamplingOptions options;
        options.mode = SamplingMode::kExact;
        options.fps = golden.at("fps");
        options.tokenSide = tokenSide;
        options.minFrames = golden.at("min_frames");
        options.maxFrames = golden.at("max_frames");
        options.maxVideoTokens = 1'000'000'000;
        const FramePlan plan =
            planFrames(headerOnly(golden.at("total_frames"), golden.at("video_fps")), options);
        std::vector<std::int64_t> indices;
        for (const WantedFrame& frame : plan.wanted) indices.push_back(frame.frameIndex);
        CHECK(indices == golden.at("indices").get<std::vector<std::int64_t>>());
        CHECK(plan.framesByRule == golden.at("nframes").get<std::int64_t>());
        CHECK(plan.sampleFps == golden.at("sample_fps").get<double>());
        CHECK(plan.secondPerGrid == golden.at("second_per_grid").get<double>());
    }
}

TEST_CASE("pixel limits and token counts equal the reference") {
    const int tokenSide = GENERATE(28, 32);
    for (const auto& golden : goldenCases("budget", tokenSide)) {
        INFO(golden.dump());
        const std::int64_t frames = golden.at("nframes");
        const int minTokens = golden.at("min_tokens");
        const double limit =
            framePixelLimit(frames, golden.at("total_tokens"), minTokens, 768, tokenSide);
        CHECK(limit == golden.at("limit").get<double>());
        const auto minPixels = static_cast<double>(minTokens * tokenPixels(tokenSide));
        const FrameSize size =
            smartResize(golden.at("h"), golden.at("w"), minPixels, limit, tokenSide);
        CHECK(size == sizeIn(golden.at("out"), tokenSide));
        CHECK(videoTokens(frames, size, tokenSide) == golden.at("tokens").get<std::int64_t>());
    }
}

}  // namespace
}  // namespace reelquery
