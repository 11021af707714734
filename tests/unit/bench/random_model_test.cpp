// Random checkpoints: published sizes, repeatable, complete, and gone again after a failure.

#include "core/bench/random_model.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <stop_token>

#include "core/bench/random_model_kinds.h"
#include "core/model/prompt_builder.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "core/tokens/tokenizer.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace fs = std::filesystem;

TEST_CASE("The published shapes have the published sizes") {
    // Bytes and tensors of the hub's index files.
    struct Published {
        const char* kind;
        std::int64_t bytes;
        std::size_t tensors;
    };

    const auto published = GENERATE(values<Published>({
        {"qwen2-vl-2b", 4'417'971'200, 729},
        {"qwen2-vl-7b", 16'582'751'232, 730},
        {"qwen2.5-vl-3b", 7'509'245'952, 824},
        {"qwen2.5-vl-7b", 16'584'333'312, 729},
        {"qwen3-vl-2b", 4'255'064'064, 625},
        {"qwen3-vl-4b", 8'875'631'616, 713},
        {"qwen3-vl-8b", 17'534'247'392, 750},
        {"qwen3-vl-32b", 66'714'780'128, 1058},
    }));
    CHECK(randomModelBytes(published.kind) == published.bytes);
    for (const RandomModelKind& kind : randomModelKindTable()) {
        if (kind.name != published.kind) continue;
        CHECK(weightShapes(kind.config).size() + kind.hasHead == published.tensors);
    }
}

TEST_CASE("Configs written for a kind read back as they were") {
    for (const RandomModelKind& kind : randomModelKindTable()) {
        CAPTURE(kind.name);
        const ScratchFolder folder;
        writeText(folder / "config.json", configJson(kind).dump());
        writeText(folder / "generation_config.json", generationJson(kind).dump());
        writeText(folder / "preprocessor_config.json", preprocessorJson(kind).dump());
        const ModelConfig config = readModelConfig(folder.path());
        CHECK(config.spec == kind.config.spec);
        CHECK(config.text.hiddenSize == kind.config.text.hiddenSize);
        CHECK(config.text.headDim == kind.config.text.headDim);
        CHECK(config.text.mropeSection == kind.config.text.mropeSection);
        CHECK(config.text.ropeTheta == kind.config.text.ropeTheta);
        CHECK(config.vision.positionSide == kind.config.vision.positionSide);
        CHECK(config.vision.deepLayers == kind.config.vision.deepLayers);
        CHECK(weightShapes(config).size() == weightShapes(kind.config).size());
        CHECK(config.vision.intermediateSize == kind.config.vision.intermediateSize);
        CHECK(config.vision.fullAttention == kind.config.vision.fullAttention);
        CHECK(config.tokensPerSecond == kind.config.tokensPerSecond);
        CHECK(config.ids.videoPad == kind.baseTokens + 13);
        CHECK(config.generation.eosIds == kind.config.generation.eosIds);
    }
}

TEST_CASE("A big kind's tokenizer has the published ids and fits the chat layout") {
    const RandomModelKind& kind = randomModelKind("qwen2-vl-2b");
    const ScratchFolder folder;
    writeText(folder / "tokenizer.json", tokenizerJson(kind).dump());
    const auto tokenizer = loadTokenizer(folder.path());
    CHECK(tokenizer->knownIds() == 151657);
    CHECK(tokenizer->specialId("<|im_start|>") == 151644);
    CHECK(tokenizer->specialId("<|video_pad|>") == 151656);
    CHECK(tokenizer->encode("\n") == std::vector<TokenId>{198});
    CHECK(tokenizer->encode("boat").size() == 1);
    CHECK_NOTHROW(PromptBuilder(*tokenizer, kind.config.ids, 2));
    // Every id below the control tokens stands for some text.
    for (TokenId id = 0; id < kind.baseTokens; ++id) REQUIRE_FALSE(tokenizer->bytesOf(id).empty());
}

TEST_CASE("Qwen3-VL's tokenizer has the published ids, and tokens that a text keeps") {
    const ScratchFolder folder;
    writeText(folder / "tokenizer.json", tokenizerJson(randomModelKind("qwen3-vl-2b")).dump());
    const auto tokenizer = loadTokenizer(folder.path());
    CHECK(tokenizer->knownIds() == 151669);
    CHECK(tokenizer->specialId("<|video_pad|>") == 151656);
    CHECK(tokenizer->specialId("<tool_call>") == 151657);
    CHECK(tokenizer->specialId("</think>") == 151668);
    CHECK(tokenizer->isSpecial(151656));
    CHECK_FALSE(tokenizer->isSpecial(151668));
}

TEST_CASE("A tiny checkpoint is complete, and the seed decides its bytes") {
    const std::string tiny = GENERATE("tiny", "tiny-qwen3-vl");
    const ScratchFolder scratch;
    std::int64_t last = 0;
    writeRandomModel(tiny, scratch / "a", 1,
                     [&](std::int64_t done, std::int64_t total) {
                         CHECK(done >= last);
                         CHECK(total == randomModelBytes(tiny));
                         last = done;
                     },
                     {});
    CHECK(last == randomModelBytes(tiny));
    const ModelConfig config = readModelConfig(scratch / "a");
    CHECK_NOTHROW(Checkpoint::open(scratch / "a", &config));
    CHECK(loadTokenizer(scratch / "a")->knownIds() <= config.text.vocabSize);

    writeRandomModel(tiny, scratch / "b", 1, {}, {});
    writeRandomModel(tiny, scratch / "c", 2, {}, {});
    const std::string a = readText(scratch / "a" / "model.safetensors");
    CHECK(a == readText(scratch / "b" / "model.safetensors"));
    CHECK(a != readText(scratch / "c" / "model.safetensors"));
}

TEST_CASE("A random model goes only where nothing is, and leaves nothing when stopped") {
    const ScratchFolder scratch;
    checkError(ErrorCode::kUsage, {"no random model like \"gpt\"", "qwen2-vl-2b"},
               [&] { writeRandomModel("gpt", scratch / "m", 1, {}, {}); });
    CHECK_FALSE(fs::exists(scratch / "m"));

    writeText(scratch / "occupied", "x");
    checkError(ErrorCode::kUsage, {"not an empty folder"},
               [&] { writeRandomModel("tiny", scratch.path(), 1, {}, {}); });
    checkError(ErrorCode::kUsage, {"not an empty folder"},
               [&] { writeRandomModel("tiny", scratch / "occupied", 1, {}, {}); });
    CHECK(readText(scratch / "occupied") == "x");

    std::stop_source stop;
    const auto stopSoon = [&](std::int64_t done, std::int64_t) {
        if (done > 1'000'000) stop.request_stop();
    };
    checkError(ErrorCode::kCancelled, {},
               [&] { writeRandomModel("tiny", scratch / "m", 1, stopSoon, stop.get_token()); });
    CHECK_FALSE(fs::exists(scratch / "m"));
    fs::create_directory(scratch / "empty");
    checkError(ErrorCode::kCancelled, {},
               [&] { writeRandomModel("tiny", scratch / "empty", 1, {}, stop.get_token()); });
    CHECK(fs::is_empty(scratch / "empty"));
}

}  // namespace reelquery
