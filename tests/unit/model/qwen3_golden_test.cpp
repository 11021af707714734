// Qwen3-VL's language model, positions, prompts and tokenizer against Hugging Face transformers.

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/backend_factory.h"
#include "core/model/language_model.h"
#include "core/model/prompt_builder.h"
#include "core/model/rotary.h"
#include "core/spec/weight_shapes.h"
#include "core/tokens/stream_decoder.h"
#include "core/tokens/tokenizer.h"
#include "core/weights/checkpoint.h"
#include "tests/golden/golden_prompt.h"
#include "tests/golden/golden_set.h"
#include "tests/support/stage_recorder.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;
using golden::GoldenPrompt;
using Ids = std::vector<TokenId>;

constexpr double kQwen3PathTolerance = 1e-4;  // the same program, other chunks

struct Qwen3GoldenModel {
    explicit Qwen3GoldenModel(const fs::path& folder, ComputeTarget target = {})
        : config(readModelConfig(folder)),
          checkpoint(Checkpoint::open(folder, &config)),
          model(config, CheckpointWeights(checkpoint, target)),
          backend(
              makeAttentionBackend({}, {static_cast<int>(config.text.layers),
                                        static_cast<int>(config.text.heads), DeviceKind::kCpu})) {}

    at::Tensor prefill(const GoldenPrompt& prompt, KvCache& cache, std::int64_t chunk,
                       StageObserver* observer = nullptr) const {
        PrefillReport report;
        return model.prefill({.ids = prompt.ids,
                              .positions = prompt.positions,
                              .visionFeatures = prompt.features,
                              .chunkTokens = chunk,
                              .observer = observer},
                             cache, *backend, report);
    }

    ModelConfig config;
    Checkpoint checkpoint;
    LanguageModel model;
    std::unique_ptr<AttentionBackend> backend;
};

TokenId bestOfQwen3(const at::Tensor& logits) {
    return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
}

/// Turns of a golden case. A video's times, where `media` gives them, are those of its frames.
std::vector<PromptTurn> turnsOf(const nlohmann::json& messages,
                                const std::vector<VisionPart>& media) {
    std::vector<PromptTurn> turns;
    auto medium = media.begin();
    for (const auto& message : messages) {
        const std::string role = message.at("role");
        PromptTurn turn;
        turn.role = role == "system" ? Role::kSystem
                    : role == "user" ? Role::kUser
                                     : Role::kAssistant;
        const auto& content = message.at("content");
        if (content.is_string()) {
            turn.parts.push_back(TextPart{content.get<std::string>()});
        } else {
            for (const auto& part : content) {
                if (part.at("type") == "text") {
                    turn.parts.push_back(TextPart{part.at("text")});
                } else if (medium != media.end()) {
                    turn.parts.push_back(*medium++);
                } else {
                    VisionPart one;
                    one.isImage = part.at("type") == "image";
                    one.grid = {1, 2, 2};  // one pad, as the golden text has
                    turn.parts.push_back(one);
                }
            }
        }
        turns.push_back(std::move(turn));
    }
    return turns;
}

}  // namespace

TEST_CASE("Every stage of Qwen3-VL's language model matches the reference") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const std::int64_t chunk = GENERATE(1000, 37);
    const Qwen3GoldenModel golden(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, golden.config);
    StageRecorder stages;
    KvCache cache = golden.model.makeCache(prompt.length());
    const at::Tensor logits = golden.prefill(prompt, cache, chunk, &stages);
    for (const auto& [key, value] : prompt.values) {
        if (!key.starts_with("lm.")) continue;
        CAPTURE(folder.string(), file, key, chunk);
        at::Tensor ours;
        if (key == "lm.k_cache_0") {
            ours = cache.keys(0, cache.size());
        } else if (key == "lm.v_cache_0") {
            ours = cache.values(0, cache.size());
        } else if (key == "lm.rope_cos" || key == "lm.rope_sin") {
            continue;  // below
        } else {
            REQUIRE(stages.has(key));
            ours = stages.whole(key);
        }
        CHECK(golden::isSameStage(ours, value));
    }
    CHECK(golden::isSameStage(logits, prompt.values.at("out.logits_last8")[-1]));
    CHECK(golden.config.vision.deepLayers.size() == prompt.features.deep.size());
}

TEST_CASE("Greedy answers of Qwen3-VL have the reference's ids") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const Qwen3GoldenModel golden(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, golden.config);
    const at::Tensor expectedIds = prompt.values.at("out.greedy_ids").to(at::kLong);
    const at::Tensor expectedLogits = prompt.values.at("out.greedy_logits");
    DecodeSession session = golden.model.makeSession(prompt.length() + expectedIds.size(0));
    KvCache& cache = session.cache();
    at::Tensor logits = golden.prefill(prompt, cache, 64);
    for (std::int64_t step = 0; step < expectedIds.size(0); ++step) {
        CAPTURE(folder.string(), file, step);
        CHECK(golden::isSameStage(logits, expectedLogits[step]));
        REQUIRE(bestOfQwen3(logits) == expectedIds[step].item<std::int64_t>());
        logits = golden.model.decode(bestOfQwen3(logits), cache.size() + prompt.positions.delta,
                                     session, {});
    }
}

TEST_CASE("Chunks, reuse of a prefix and cached decoding of Qwen3-VL equal one pass") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const Qwen3GoldenModel golden(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, golden.config);
    const std::int64_t length = prompt.length();
    DecodeSession session = golden.model.makeSession(length);
    KvCache& whole = session.cache();
    const at::Tensor expected = golden.prefill(prompt, whole, length);
    const at::Tensor lastLayer = whole.values(golden.config.text.layers - 1, length).clone();
    for (const std::int64_t chunk : {1, 7, 37, 128}) {
        CAPTURE(folder.string(), file, chunk);
        KvCache cache = golden.model.makeCache(length);
        CHECK(golden::maxDifference(golden.prefill(prompt, cache, chunk), expected) <
              kQwen3PathTolerance);
        // Behind every addition of deep features.
        CHECK(golden::maxDifference(cache.values(golden.config.text.layers - 1, length),
                                    lastLayer) < kQwen3PathTolerance);
    }
    for (const std::int64_t prefix : {std::int64_t{1}, length / 2, length - 1}) {
        CAPTURE(folder.string(), file, prefix);
        whole.truncate(prefix);  // the rest is read again on top of what is kept
        CHECK(golden::maxDifference(golden.prefill(prompt, whole, 50), expected) <
              kQwen3PathTolerance);
    }
    // The last token as an answer token: decode must see what prefill sees.
    whole.truncate(length - 1);
    const at::Tensor decoded =
        golden.model.decode(prompt.ids.back(), whole.size() + prompt.positions.delta, session, {});
    CHECK(golden::maxDifference(decoded, expected) < kQwen3PathTolerance);
}

TEST_CASE("Positions and rotary tables of Qwen3-VL's golden prompts are exact") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const auto file = GENERATE(from_range(golden::qwen3PromptFiles()));
    const ModelConfig config = readModelConfig(folder);
    const GoldenPrompt prompt = golden::readQwen3Prompt(folder / file, config);
    CAPTURE(folder.string(), file);
    const at::Tensor expected = prompt.values.at("in.position_ids").view({3, -1}).to(at::kInt);
    for (std::int64_t axis = 0; axis < 3; ++axis) {
        const auto& ours = prompt.positions.axes[static_cast<std::size_t>(axis)];
        REQUIRE(expected.size(1) == prompt.length());
        CHECK(std::equal(ours.begin(), ours.end(),
                         expected[axis].contiguous().data_ptr<std::int32_t>()));
    }
    CHECK(prompt.positions.delta == prompt.values.at("in.rope_deltas").item<std::int64_t>());
    if (!prompt.values.contains("lm.rope_cos")) return;  // a set without stages
    at::Tensor cos, sin;
    rotaryTables(prompt.positions, 0, prompt.length(), config.text, {}, cos, sin);
    const std::int64_t half = config.text.headDim / 2;
    const auto reference = [&](const char* key) {
        return prompt.values.at(key).view({prompt.length(), -1}).narrow(1, 0, half);
    };
    CHECK(golden::maxDifference(cos, reference("lm.rope_cos")) < 1e-6);
    CHECK(golden::maxDifference(sin, reference("lm.rope_sin")) < 1e-6);
}

TEST_CASE("Positions of every Qwen3-VL reference layout are exact") {
    const ModelConfig config = readModelConfig(golden::qwen3ModelFolders().front());
    const auto cases = golden::readQwen3Json("mrope_golden.json");
    REQUIRE(cases.size() >= 20);
    for (const auto& item : cases) {
        CAPTURE(item.at("layout").get<std::string>());
        const auto ids = item.at("ids").get<Ids>();
        std::vector<VisionRun> runs;
        for (std::int64_t at = 0; at < static_cast<std::int64_t>(ids.size());) {
            const TokenId id = ids[static_cast<std::size_t>(at)];
            if (id != config.ids.imagePad && id != config.ids.videoPad) {
                ++at;
                continue;
            }
            const auto grid = item.at("grids").at(runs.size()).get<std::vector<std::int64_t>>();
            runs.push_back({at, {grid[0], grid[1], grid[2]}, id == config.ids.imagePad, 1.0});
            at += runs.back().grid.patches() / 4;
        }
        CHECK(runs.size() == item.at("grids").size());
        const MropePositions positions =
            mropePositions(static_cast<std::int64_t>(ids.size()), runs, 2, config.tokensPerSecond);
        for (std::size_t axis = 0; axis < 3; ++axis) {
            CHECK(positions.axes[axis] ==
                  item.at("positions").at(axis).get<std::vector<std::int32_t>>());
        }
        CHECK(positions.delta == item.at("delta").get<std::int64_t>());
    }
}

TEST_CASE("Qwen3-VL's reference prompts come out of the prompt builder") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    const ModelConfig config = readModelConfig(folder);
    const auto tokenizer = loadTokenizer(folder);
    const PromptBuilder builder(*tokenizer, config.ids, config.vision.mergeSize);
    PromptOptions options;
    options.conventions = config.prompt;
    const auto cases = golden::readQwen3Json("tokenizer/prompt_golden.json");
    REQUIRE(cases.size() == golden::qwen3PromptFiles().size());
    for (std::size_t k = 0; k < cases.size(); ++k) {
        const GoldenPrompt prompt =
            golden::readQwen3Prompt(folder / golden::qwen3PromptFiles()[k], config);
        CAPTURE(cases[k].at("name").get<std::string>());
        std::vector<VisionPart> media;
        for (const auto& medium : prompt.media) {
            VisionPart part;
            part.isImage = medium.isImage;
            part.grid = medium.grid;
            part.pairTimesS = medium.pairTimesS;
            media.push_back(part);
        }
        const PromptSequence built =
            builder.build(turnsOf(cases[k].at("messages"), media), options);
        CHECK(built.ids == cases[k].at("ids").get<Ids>());
        CHECK(built.ids == prompt.ids);
        const MropePositions positions =
            mropePositions(built, config.vision.mergeSize, config.tokensPerSecond);
        CHECK(positions == prompt.positions);
    }
}

TEST_CASE("Qwen3-VL's chat layout has no system turn of its own and gives the reference ids") {
    const auto folder = golden::qwen3ModelFolders().front();
    const ModelConfig config = readModelConfig(folder);
    const auto tokenizer = loadTokenizer(folder);
    const PromptBuilder builder(*tokenizer, config.ids, config.vision.mergeSize);
    const auto cases = golden::readQwen3Json("tokenizer/chat_golden.json");
    REQUIRE(cases.size() >= 10);
    for (const auto& item : cases) {
        CAPTURE(item.at("text").get<std::string>());
        PromptOptions options;
        options.conventions = config.prompt;
        options.conventions.timeTextEveryPairs = 0;  // the template's text comes before the times
        options.openAnswer = item.at("add_generation_prompt");
        options.numberVisionParts = item.value("add_vision_id", false);
        CHECK(builder.build(turnsOf(item.at("messages"), {}), options).ids ==
              item.at("ids").get<Ids>());
    }
}

TEST_CASE("Every Qwen3-VL reference text gives the reference ids, kept tokens guarded") {
    const auto tokenizer = loadTokenizer(golden::qwen3Folder() / "tokenizer");
    const auto cases = golden::readQwen3Json("tokenizer/tokenizer_golden.json").at("cases");
    REQUIRE(cases.size() >= 40);
    const std::vector<std::string>& kept = findModelSpec("qwen3_vl")->keptTokens;
    int guarded = 0;
    for (const auto& item : cases) {
        const std::string text = golden::fromHex(item.at("utf8_hex"));
        CAPTURE(text);
        const auto ids = item.at("ids").get<Ids>();
        CHECK(tokenizer->encode(text, SpecialText::kControl) == ids);
        CHECK(decode(*tokenizer, ids, true) == item.at("decoded_keep_special").get<std::string>());
        CHECK(decode(*tokenizer, ids, false) == item.at("decoded_skip_special").get<std::string>());
        const Ids plain = tokenizer->encode(text, SpecialText::kPlain);
        const bool hasKept = std::any_of(kept.begin(), kept.end(), [&](const std::string& token) {
            return text.find(token) != std::string::npos;
        });
        if (!hasKept) {
            CHECK(plain == item.at("ids_no_special").get<Ids>());
            continue;
        }
        // The reference finds these tokens even so; what a person typed must not hold them.
        ++guarded;
        CHECK(decode(*tokenizer, plain, false) == text);
        for (const std::string& token : kept) {
            const auto id = tokenizer->specialId(token);
            REQUIRE(id);
            CHECK_FALSE(tokenizer->isSpecial(*id));
            CHECK(std::count(plain.begin(), plain.end(), *id) == 0);
        }
    }
    CHECK(guarded >= 2);
}

TEST_CASE("Times of frame pairs are written as the reference writes them") {
    for (const auto& item : golden::readQwen3Json("preprocess_golden.json").at("time_stamps")) {
        const auto seconds = item.at("seconds").get<std::vector<double>>();
        for (std::size_t pair = 0; pair < seconds.size(); ++pair) {
            CHECK(secondsTimeText(seconds[pair]) == item.at("text").at(pair).get<std::string>());
        }
    }
}

TEST_CASE("bf16 logits of Qwen3-VL are at most twice as far from float32 as the reference's own") {
    const auto folder = GENERATE(from_range(golden::qwen3ModelFolders()));
    if (!fs::exists(golden::qwen3Folder() / "bf16_error.json")) {
        WARN("this golden set does not say how far the reference's own bf16 logits are off");
        return;
    }
    const ComputeTarget target{.bfloat16 = true, .cudaDevice = -1};
    const Qwen3GoldenModel golden(folder, target);
    const GoldenPrompt prompt =
        golden::readQwen3Prompt(folder / golden::qwen3PromptFiles().front(), golden.config);
    KvCache cache = golden.model.makeCache(prompt.length());
    StageRecorder stages;
    golden.prefill(prompt, cache, 64, &stages);
    const char* head =
        golden.checkpoint.has(kHeadWeight) ? kHeadWeight : "model.embed_tokens.weight";
    const at::Tensor states = stages.whole("lm.final_norm");  // [L, H]
    const at::Tensor logits =
        at::linear(states.narrow(0, states.size(0) - 8, 8), golden.checkpoint.load(head, target))
            .to(at::kFloat);
    const at::Tensor expected = prompt.values.at("out.logits_last8");
    const double error = (logits - expected).norm().item<double>() / expected.norm().item<double>();
    const double reference =
        golden::readQwen3Json("bf16_error.json").at(folder.filename().string()).get<double>();
    CAPTURE(folder.string(), error, reference);
    CHECK(error > 0);
    CHECK(error <= 2 * reference);
}

}  // namespace reelquery
