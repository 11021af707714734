// The embedded model against Hugging Face transformers, from pixels to answers, in float32: the
// folder that ships is a Qwen2-VL like any other.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/model/language_model.h"
#include "core/model/mrope.h"
#include "core/model/prompt_builder.h"
#include "core/spec/weight_shapes.h"
#include "core/tokens/tokenizer.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_set.h"
#include "vision/encoder/patchify.h"
#include "vision/encoder/vision_tower.h"

namespace reelquery {

namespace {

constexpr double kFeatureTolerance = 1e-3;  // float32 against float32, other order of sums
constexpr double kLogitTolerance = 5e-3;    // the same, behind eight more layers; logits reach 20
constexpr std::int64_t kFrames = 8, kHeight = 112, kWidth = 168;
constexpr double kSecondsPerPair = 2;
constexpr int kRed[3] = {222, 38, 38};

const std::filesystem::path kFolder = REELQUERY_DEMO_MODEL;
const std::filesystem::path kGoldens = REELQUERY_COMMITTED_GOLDENS;

/// A moving red square on a pattern, as make_demo_golden.py draws it.
at::Tensor drawnFrames() {
    at::Tensor frames = at::empty({kFrames, 3, kHeight, kWidth}, at::kByte);
    auto pixel = frames.accessor<std::uint8_t, 4>();
    for (int f = 0; f < kFrames; ++f) {
        const int left = 30 + 14 * f;
        for (int y = 0; y < kHeight; ++y) {
            for (int x = 0; x < kWidth; ++x) {
                int rgb[3] = {(x + 3 * f) % 64 + 60, (2 * y + x) % 80 + 50, 110};
                const bool shown =
                    f >= 2 && f < 6 && y >= 36 && y < 76 && x >= left && x < left + 40;
                const bool inside = y >= 39 && y < 73 && x >= left + 3 && x < left + 37;
                if (shown) std::fill_n(rgb, 3, 250);
                if (shown && inside) std::copy_n(kRed, 3, rgb);
                for (int c = 0; c < 3; ++c) pixel[f][c][y][x] = static_cast<std::uint8_t>(rgb[c]);
            }
        }
    }
    return frames;
}

struct DemoModel {
    DemoModel()
        : config(readModelConfig(kFolder)),
          checkpoint(Checkpoint::open(kFolder, &config)),
          tower(config.vision, CheckpointWeights(checkpoint, {})),
          model(config, CheckpointWeights(checkpoint, {})),
          tokenizer(loadTokenizer(kFolder)),
          backend(
              makeAttentionBackend({}, {static_cast<int>(config.text.layers),
                                        static_cast<int>(config.text.heads), DeviceKind::kCpu})) {
        const at::Tensor frames = drawnFrames();
        grid = gridOf(kFrames, kHeight, kWidth, config.vision);
        features = tower.encode(patchify(frames, config.vision, config.pixels), grid, {});
    }

    /// The prompt of one case of demo_model.json.
    PromptSequence promptFor(const nlohmann::json& asked) const {
        VisionPart video;
        for (const auto& line : asked["said"]) video.said.push_back({line[0], line[1]});
        video.grid = grid;
        video.secondsPerPair = kSecondsPerPair;
        for (std::int64_t pair = 0; pair < grid.t; ++pair) {
            video.pairTimesS.push_back(kSecondsPerPair * static_cast<double>(pair));
        }
        const PromptBuilder builder(*tokenizer, config.ids, config.vision.mergeSize);
        PromptOptions layout;
        layout.conventions = config.prompt;
        return builder.build({{Role::kUser, {video, TextPart{asked["question"]}}}}, layout);
    }

    ModelConfig config;
    Checkpoint checkpoint;
    VisionTower tower;
    LanguageModel model;
    std::unique_ptr<Tokenizer> tokenizer;
    std::unique_ptr<AttentionBackend> backend;
    PatchGrid grid;
    VisionFeatures features;
};

nlohmann::json cases() {
    std::ifstream in(kGoldens / "demo_model.json");
    return nlohmann::json::parse(in);
}

}  // namespace

TEST_CASE("The embedded model gives transformers' features, prompt ids, logits and answers") {
    const DemoModel demo;
    const auto values = golden::readTensors(kGoldens / "demo_model.safetensors");
    CHECK(golden::maxDifference(demo.features.rows, values.at("vision.output")) <
          kFeatureTolerance);
    const nlohmann::json questions = cases();
    REQUIRE(questions.size() >= 4);
    for (std::size_t number = 0; number < questions.size(); ++number) {
        const auto& expected = questions[number];
        CAPTURE(expected["question"].get<std::string>());
        const PromptSequence prompt = demo.promptFor(expected);
        REQUIRE(prompt.ids == expected["prompt_ids"].get<std::vector<TokenId>>());
        const MropePositions positions =
            mropePositions(prompt, demo.config.vision.mergeSize, demo.config.tokensPerSecond);
        const auto ids = expected["greedy_ids"].get<std::vector<TokenId>>();
        const auto length = static_cast<std::int64_t>(prompt.ids.size());
        DecodeSession session =
            demo.model.makeSession(length + static_cast<std::int64_t>(ids.size()));
        KvCache& cache = session.cache();
        PrefillReport report;
        at::Tensor logits = demo.model.prefill({.ids = prompt.ids,
                                                .positions = positions,
                                                .visionFeatures = demo.features,
                                                .chunkTokens = 64},
                                               cache, *demo.backend, report);
        const auto& first = values.at("first_logits." + std::to_string(number));
        CHECK(golden::maxDifference(logits, first) < kLogitTolerance);
        for (const TokenId id : ids) {
            REQUIRE(logits.argmax().item<std::int64_t>() == id);
            logits = demo.model.decode(id, cache.size() + positions.delta, session, {});
        }
    }
}

}  // namespace reelquery
