// Shards, names, number types, and checkpoints that lack something.

#include "core/weights/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "core/device/copy_in_pieces.h"
#include "core/spec/model_config.h"
#include "core/spec/weight_shapes.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Tensors as raw bytes by stored name, written in the order given.
struct RawTensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::string bytes;
};

void writeFile(const fs::path& file, const std::vector<RawTensor>& tensors,
               std::size_t padding = 0) {
    nlohmann::ordered_json header;
    std::string data;
    for (const RawTensor& tensor : tensors) {
        header[tensor.name] = {{"dtype", tensor.dtype},
                               {"shape", tensor.shape},
                               {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
        data += tensor.bytes;
    }
    // Tensors begin on a multiple of 8 bytes, as in the hub's files, and `padding` bytes behind.
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8 + padding, ' ');
    const std::uint64_t length = text.size();
    std::string prefix(sizeof(length), '\0');
    std::memcpy(prefix.data(), &length, sizeof(length));
    writeText(file, prefix + text + data);
}

std::string bytesOf(const at::Tensor& tensor) {
    return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
}

/// The tiny model's tensors, to be written again in other ways.
std::vector<RawTensor> tensorsOf(const fs::path& folder) {
    const Checkpoint checkpoint = Checkpoint::open(folder, nullptr);
    std::vector<RawTensor> tensors;
    for (const TensorInfo& info : checkpoint.tensors()) {
        tensors.push_back(
            {info.name, info.dtype, info.shape, bytesOf(checkpoint.stored(info.name))});
    }
    return tensors;
}

/// Replaces model.safetensors by two shards with an index, tensors dealt out in turn.
void intoShards(const ScratchModel& model) {
    const std::vector<RawTensor> tensors = tensorsOf(model.folder());
    std::vector<RawTensor> shards[2];
    Json map;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        shards[i % 2].push_back(tensors[i]);
        map[tensors[i].name] = i % 2 == 0 ? "model-1.safetensors" : "model-2.safetensors";
    }
    fs::remove(model.folder() / "model.safetensors");
    writeFile(model.folder() / "model-1.safetensors", shards[0]);
    writeFile(model.folder() / "model-2.safetensors", shards[1]);
    writeText(model.folder() / "model.safetensors.index.json", Json{{"weight_map", map}}.dump());
}

Checkpoint open(const ScratchModel& model) {
    const ModelConfig config = readModelConfig(model.folder());
    return Checkpoint::open(model.folder(), &config);
}

}  // namespace

TEST_CASE("Shards and a single file hold the same") {
    const ScratchModel single, sharded;
    intoShards(sharded);
    const Checkpoint a = open(single), b = open(sharded);
    REQUIRE(a.tensors().size() == b.tensors().size());
    CHECK(a.parameters() == b.parameters());
    for (const TensorInfo& info : a.tensors()) {
        CHECK(at::equal(a.stored(info.name), b.stored(info.name)));
    }
}

TEST_CASE("The names that transformers uses in memory are understood") {
    const ScratchModel model;
    const Checkpoint before = open(model);
    std::vector<RawTensor> tensors = tensorsOf(model.folder());
    for (RawTensor& tensor : tensors) {
        if (tensor.name.starts_with("visual.")) {
            tensor.name = "model." + tensor.name;
        } else if (tensor.name.starts_with("model.")) {
            tensor.name = "model.language_model." + tensor.name.substr(6);
        }
    }
    const ScratchModel renamed;
    writeFile(renamed.folder() / "model.safetensors", tensors);
    const Checkpoint after = open(renamed);
    CHECK(at::equal(before.stored("visual.merger.mlp.0.weight"),
                    after.stored("visual.merger.mlp.0.weight")));
    CHECK(at::equal(before.stored("model.norm.weight"), after.stored("model.norm.weight")));
    CHECK_FALSE(after.has(kHeadWeight));
}

TEST_CASE("Any stored number type is turned into the run's, and only then copied") {
    const ScratchModel model;
    std::vector<RawTensor> tensors = tensorsOf(model.folder());
    const at::Tensor norm = open(model).stored("model.norm.weight").to(at::kFloat).clone();
    const std::string dtype = GENERATE("F16", "F32", "BF16");
    const at::ScalarType type = dtype == "F16"   ? at::kHalf
                                : dtype == "F32" ? at::kFloat
                                                 : at::kBFloat16;
    for (RawTensor& tensor : tensors) {
        if (tensor.name != "model.norm.weight") continue;
        tensor.dtype = dtype;
        tensor.bytes = bytesOf(norm.to(type));
    }
    // An odd header length leaves every tensor misaligned.
    const std::size_t padding = GENERATE(0, 1);
    writeFile(model.folder() / "model.safetensors", tensors, padding);
    const Checkpoint checkpoint = open(model);
    const at::Tensor wide = checkpoint.load("model.norm.weight", {});
    CHECK(wide.scalar_type() == at::kFloat);
    CHECK(at::equal(wide, norm.to(type).to(at::kFloat)));
    const at::Tensor narrow =
        checkpoint.load("model.norm.weight", {.bfloat16 = true, .cudaDevice = -1});
    CHECK(narrow.scalar_type() == at::kBFloat16);
    CHECK(at::equal(narrow, norm.to(at::kBFloat16)));
}

TEST_CASE("What a run copies is counted, and nothing else, for every stored type") {
    const ScratchModel model;
    const std::string dtype = GENERATE("F16", "F32", "BF16");
    const std::size_t padding = GENERATE(0, 1);  // 1: every tensor misaligned, so even views copied
    const at::ScalarType type = dtype == "F16"   ? at::kHalf
                                : dtype == "F32" ? at::kFloat
                                                 : at::kBFloat16;
    std::vector<RawTensor> tensors = tensorsOf(model.folder());
    const Checkpoint before = open(model);
    for (RawTensor& tensor : tensors) {
        tensor.dtype = dtype;
        tensor.bytes = bytesOf(before.stored(tensor.name).to(type));
    }
    // Nobody asks for it, so it costs no run anything.
    tensors.push_back({"extra.weight", "F32", {64}, std::string(256, '\0')});
    const ScratchModel written;
    writeFile(written.folder() / "model.safetensors", tensors, padding);
    const Checkpoint checkpoint = open(written);
    for (const bool bfloat16 : {false, true}) {
        const ComputeTarget target{.bfloat16 = bfloat16, .cudaDevice = -1};
        CAPTURE(dtype, padding, bfloat16);
        const bool isFree = padding == 0 && type == (bfloat16 ? at::kBFloat16 : at::kFloat);
        const std::int64_t all = (checkpoint.parameters() - 64) * target.bytesPerValue();
        CHECK(checkpoint.weightBytes(target).all == all);
        CHECK(checkpoint.weightBytes(target).copied == (isFree ? 0 : all));
        const CheckpointWeights weights(checkpoint, target);
        for (const TensorInfo& info : checkpoint.tensors()) {
            if (info.name == "extra.weight") continue;
            const at::Tensor loaded = checkpoint.load(info.name, target);
            // A second load of what lies in the mapping has the same address.
            const bool isCopied =
                loaded.data_ptr() != checkpoint.load(info.name, target).data_ptr();
            const WeightBytes bytes = checkpoint.bytesOf(info.name, target);
            CHECK(bytes.all == static_cast<std::int64_t>(loaded.nbytes()));
            CHECK(bytes.copied == (isCopied ? bytes.all : 0));
            CHECK(weights.bytes(info.name) == bytes.all);
        }
    }
}

TEST_CASE("An embedding beside a head takes nothing of a card, and a tied one does") {
    const ScratchModel tied;
    std::vector<RawTensor> tensors = tensorsOf(tied.folder());
    const auto found = std::find_if(tensors.begin(), tensors.end(), [](const RawTensor& tensor) {
        return tensor.name == kEmbeddingWeight;
    });
    REQUIRE(found != tensors.end());
    RawTensor head = *found;
    head.name = kHeadWeight;
    const auto tableBytes = static_cast<std::int64_t>(head.bytes.size());  // stored as bf16
    REQUIRE(head.dtype == "BF16");
    tensors.push_back(std::move(head));
    const ScratchModel written;
    writeFile(written.folder() / "model.safetensors", tensors);
    const Checkpoint untied = open(written), alone = open(tied);
    const ComputeTarget card{.bfloat16 = true, .cudaDevice = 0};
    const ComputeTarget host{.bfloat16 = true, .cudaDevice = -1};
    // With the head a card holds what it holds without one and with the embedding.
    CHECK(untied.bytesFor(card) == alone.bytesFor(card));
    CHECK(untied.bytesFor(host) == alone.bytesFor(host) + tableBytes);
    CHECK(untied.hostTableBytes(card) == 0);  // the file itself
    CHECK(untied.hostTableBytes({.bfloat16 = false, .cudaDevice = 0}) == 2 * tableBytes);
    CHECK(alone.hostTableBytes({.bfloat16 = false, .cudaDevice = 0}) == 0);
    const at::Tensor index = at::tensor({3, 1}, at::kLong);
    const at::Tensor rows = CheckpointWeights(untied, card)
                                .hostTable(kEmbeddingModule, untied.shapeOf(kEmbeddingWeight)[0],
                                           untied.shapeOf(kEmbeddingWeight)[1])
                                .rows(index);
    CHECK(at::equal(rows, untied.stored(kEmbeddingWeight).index_select(0, index)));
}

TEST_CASE("A conversion goes piece by piece and stops between them") {
    const std::int64_t values = 2 * kCopyPieceValues + 1000;
    const ScratchFolder folder;
    const at::Tensor large =
        at::arange(values, at::TensorOptions().dtype(at::kFloat)).remainder_(251).to(at::kBFloat16);
    writeFile(folder / "model.safetensors", {{"large", "BF16", {values}, bytesOf(large)}});
    const Checkpoint checkpoint = Checkpoint::open(folder.path(), nullptr);
    int pieces = 0;
    std::int64_t last = 0;
    const at::Tensor wide =
        checkpoint.load("large", {}, {}, [&](std::int64_t done, std::int64_t total) {
            ++pieces;
            CHECK(done > last);
            CHECK(total == 2 * values);
            last = done;
        });
    CHECK(pieces == 3);
    CHECK(last == 2 * values);
    CHECK(at::equal(wide, large.to(at::kFloat)));

    std::stop_source stop;
    pieces = 0;
    checkError(ErrorCode::kCancelled, {}, [&] {
        (void)checkpoint.load("large", {}, stop.get_token(), [&](std::int64_t, std::int64_t) {
            ++pieces;
            stop.request_stop();
        });
    });
    CHECK(pieces == 1);
}

TEST_CASE("Linear maps and plain tensors come by name, in the shape that was asked for") {
    const ScratchModel model;
    const Checkpoint checkpoint = open(model);
    const CheckpointWeights weights(checkpoint, {});
    const at::Tensor w = checkpoint.load("model.layers.0.self_attn.k_proj.weight", {});
    const at::Tensor b = checkpoint.load("model.layers.0.self_attn.k_proj.bias", {});
    const at::Tensor x = at::randn({5, w.size(1)});
    const Linear withBias =
        weights.linear("model.layers.0.self_attn.k_proj", w.size(0), w.size(1), true);
    CHECK(at::equal(withBias.apply(x), at::linear(x, w, b)));
    CHECK(withBias.outputs() == w.size(0));
    CHECK(withBias.bytes() == static_cast<std::int64_t>(w.nbytes() + b.nbytes()));
    const Linear without =
        weights.linear("model.layers.0.self_attn.k_proj", w.size(0), w.size(1), false);
    CHECK(at::equal(without.apply(x), at::linear(x, w)));
    const at::Tensor index = at::tensor({3, 0, 3}, at::TensorOptions().dtype(at::kLong));
    CHECK(at::equal(without.rows(index), w.index_select(0, index)));

    const Linear both = Linear::join({withBias, without});
    CHECK(both.outputs() == 2 * w.size(0));
    CHECK(both.bytes() == withBias.bytes() + without.bytes());
    const auto products = both.applyEach(x, {});
    REQUIRE(products.size() == 2);
    CHECK(at::equal(products[0], at::linear(x, w, b)));
    CHECK(at::equal(products[1], at::linear(x, w)));
    CHECK_THROWS_AS(both.apply(x), Error);
    std::stop_source stop;
    stop.request_stop();
    checkError(ErrorCode::kCancelled, {}, [&] { (void)both.applyEach(x, stop.get_token()); });

    CHECK_FALSE(Linear());
    checkError(ErrorCode::kModel, {"k_proj.weight", "[128, 256]", "[128, 255]"}, [&] {
        (void)weights.linear("model.layers.0.self_attn.k_proj", w.size(0), w.size(1) - 1, true);
    });
    checkError(ErrorCode::kModel, {"o_proj.bias", "missing"},
               [&] { (void)weights.linear("model.layers.0.self_attn.o_proj", 256, 256, true); });
}

TEST_CASE("bf16 weights of a bf16 run are the file itself") {
    const ScratchModel model;
    const Checkpoint checkpoint = open(model);
    const ComputeTarget narrow{.bfloat16 = true, .cudaDevice = -1};
    CHECK(checkpoint.load("model.norm.weight", narrow).data_ptr() ==
          checkpoint.stored("model.norm.weight").data_ptr());
    CHECK(checkpoint.bytesFor(narrow) == checkpoint.parameters() * 2);
    CHECK(checkpoint.bytesFor({}) == checkpoint.parameters() * 4);
}

TEST_CASE("Tensors outlive the checkpoint they came from") {
    const ScratchModel model;
    at::Tensor norm;
    {
        const Checkpoint checkpoint = open(model);
        norm = checkpoint.stored("model.norm.weight");
    }
    CHECK(at::isfinite(norm.to(at::kFloat)).all().item<bool>());
}

TEST_CASE("Incomplete checkpoints are named by what is missing") {
    const ScratchModel model;
    intoShards(model);
    const fs::path second = model.folder() / "model-2.safetensors";
    SECTION("a shard is missing") {
        fs::remove(second);
        checkError(ErrorCode::kModel, {"model-2.safetensors is missing"}, [&] { open(model); });
    }
    SECTION("a shard is cut short") {
        fs::resize_file(second, fs::file_size(second) - 100);
        checkError(ErrorCode::kModel, {"model-2.safetensors", "cut short"}, [&] { open(model); });
    }
    SECTION("a shard is cut inside its header") {
        fs::resize_file(second, 100);
        checkError(ErrorCode::kModel, {"model-2.safetensors", "cut short"}, [&] { open(model); });
    }
    SECTION("a shard is empty") {
        fs::resize_file(second, 0);
        checkError(ErrorCode::kModel, {"model-2.safetensors", "cut short"}, [&] { open(model); });
    }
    SECTION("the index promises what a shard lacks") {
        model.edit("model.safetensors.index.json",
                   [](Json& json) { json["weight_map"]["extra.weight"] = "model-1.safetensors"; });
        checkError(ErrorCode::kModel, {"model-1.safetensors lacks extra.weight"},
                   [&] { open(model); });
    }
    SECTION("the index names a file outside the folder") {
        model.edit("model.safetensors.index.json",
                   [](Json& json) { json["weight_map"]["x"] = "../model-1.safetensors"; });
        checkError(ErrorCode::kModel, {"weight_map"}, [&] { open(model); });
        model.edit("model.safetensors.index.json",
                   [](Json& json) { json["weight_map"]["x"] = std::string(300, 'x'); });
        checkError(ErrorCode::kModel, {"weight_map", "plain file names"}, [&] { open(model); });
    }
    SECTION("the index is broken") {
        writeText(model.folder() / "model.safetensors.index.json", "{\"weight_map\": 3}");
        checkError(ErrorCode::kModel, {"index.json", "weight_map"}, [&] { open(model); });
    }
    SECTION("two shards hold the same tensor") {
        fs::copy_file(model.folder() / "model-1.safetensors", second,
                      fs::copy_options::overwrite_existing);
        model.edit("model.safetensors.index.json", [](Json& json) {
            Json map;
            for (const auto& [tensor, file] : json["weight_map"].items()) {
                if (file != "model-1.safetensors") continue;
                map[tensor] = map.empty() ? "model-2.safetensors" : "model-1.safetensors";
            }
            json["weight_map"] = map;
        });
        checkError(ErrorCode::kModel, {"stored twice"}, [&] { open(model); });
    }
    SECTION("there are no weights at all") {
        fs::remove(model.folder() / "model.safetensors.index.json");
        checkError(ErrorCode::kModel, {"neither model.safetensors nor"}, [&] { open(model); });
    }
}

TEST_CASE("Weights that the config does not call for are named") {
    const ScratchModel model;
    std::vector<RawTensor> tensors = tensorsOf(model.folder());
    const auto refused = [&](const std::string& name) {
        writeFile(model.folder() / "model.safetensors", tensors);
        checkError(ErrorCode::kModel, {name, "config.json does not call for"},
                   [&] { open(model); });
    };
    const auto taken = [&] {
        writeFile(model.folder() / "model.safetensors", tensors);
        CHECK_NOTHROW(open(model));
    };
    const std::string zeros(8, '\0'), ones(8, '\x3f');
    SECTION("a layer less is asked for") {
        model.edit("config.json", [](Json& json) { json["num_hidden_layers"] = 3; });
        refused("model.layers.3.");
    }
    SECTION("a block of the tower less is asked for") {
        model.edit("config.json", [](Json& json) {
            json["vision_config"]["depth"] = json["vision_config"]["depth"].get<int>() - 1;
        });
        refused("visual.blocks.");
    }
    SECTION("a norm that the family does not have") {
        tensors.push_back({"model.layers.0.self_attn.q_norm.weight", "BF16", {4}, zeros});
        refused("q_norm");
    }
    SECTION("a bias that the family does not have") {
        tensors.push_back({"model.layers.0.self_attn.o_proj.bias", "BF16", {4}, ones});
        refused("o_proj.bias");
    }
    SECTION("a bias of zeros changes nothing") {
        tensors.push_back({"model.layers.0.self_attn.o_proj.bias", "BF16", {4}, zeros});
        taken();
    }
    SECTION("tables that can be reckoned, scales and other heads are left alone") {
        tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "BF16", {4}, ones});
        tensors.push_back({"model.layers.0.self_attn.k_scale", "BF16", {4}, ones});
        tensors.push_back({"v_head.summary.weight", "BF16", {4}, ones});
        taken();
    }
}

TEST_CASE("A tensor that does not fit the config is named with both shapes") {
    const ScratchModel model;
    SECTION("the embedding has other rows than the vocabulary") {
        model.edit("config.json", [](Json& json) { json["vocab_size"] = 900; });
        checkError(ErrorCode::kModel, {"model.embed_tokens.weight", "[896, 256]", "[900, 256]"},
                   [&] { open(model); });
    }
    SECTION("the config has a layer too many") {
        model.edit("config.json", [](Json& json) { json["num_hidden_layers"] = 5; });
        checkError(ErrorCode::kModel, {"model.layers.4.", "is missing"}, [&] { open(model); });
    }
    SECTION("the config has other heads") {
        model.edit("config.json", [](Json& json) { json["num_key_value_heads"] = 1; });
        checkError(ErrorCode::kModel, {"model.layers.0.self_attn.k_proj.weight"},
                   [&] { open(model); });
    }
    SECTION("a tensor has a number type that cannot be used") {
        std::vector<RawTensor> tensors = tensorsOf(model.folder());
        for (RawTensor& tensor : tensors) {
            if (tensor.name == "model.norm.weight") tensor.dtype = "I16";
        }
        writeFile(model.folder() / "model.safetensors", tensors);
        checkError(ErrorCode::kModel, {"model.norm.weight", "I16"}, [&] { open(model); });
    }
}

TEST_CASE("Preloading counts every byte and stops when asked to") {
    const ScratchModel model;
    const Checkpoint checkpoint = open(model);
    std::int64_t last = 0, whole = -1;
    checkpoint.preload(
        [&](std::int64_t done, std::int64_t total) {
            CHECK(done > last);
            last = done;
            whole = total;
        },
        {});
    CHECK(last == whole);
    CHECK(whole == static_cast<std::int64_t>(fs::file_size(model.folder() / "model.safetensors")));

    std::stop_source stop;
    stop.request_stop();
    checkError(ErrorCode::kCancelled, {}, [&] { checkpoint.preload({}, stop.get_token()); });
}

TEST_CASE("The number type follows the request; a GPU runs in bf16") {
    CHECK_FALSE(chooseTarget(DtypeChoice::kFloat32).bfloat16);
    CHECK(chooseTarget(DtypeChoice::kBfloat16).bfloat16);
    CHECK(chooseTarget(DtypeChoice::kAuto, 0).bfloat16);
}

}  // namespace reelquery
