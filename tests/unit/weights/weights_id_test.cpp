// A change of any part of the weights gives them another id.

#include "core/weights/weights_id.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <string>

#include "core/base/content_id.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

constexpr std::int64_t kBig = std::int64_t{80} << 20;

/// A checkpoint file of a large matrix, a norm and another large matrix; the data takes no room.
std::filesystem::path checkpoint(const ScratchFolder& folder, const std::string& name,
                                 std::int64_t matrixBytes) {
    const std::int64_t norm = 512, end = 2 * matrixBytes + norm;
    const auto entry = [](std::int64_t from, std::int64_t to) {
        return R"({"dtype":"BF16","shape":[)" + std::to_string((to - from) / 2) +
               R"(],"data_offsets":[)" + std::to_string(from) + "," + std::to_string(to) + "]}";
    };
    const std::string header =
        "{\"blocks.0.mlp\":" + entry(0, matrixBytes) +
        ",\"blocks.0.norm1.weight\":" + entry(matrixBytes, matrixBytes + norm) +
        ",\"blocks.1.mlp\":" + entry(matrixBytes + norm, end) + "}";
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    std::ofstream(folder / name, std::ios::binary) << bytes << header;
    std::filesystem::resize_file(folder / name,
                                 bytes.size() + header.size() + static_cast<std::uint64_t>(end));
    return folder / name;
}

void fill(const std::filesystem::path& file, const std::string& tensor, std::uint64_t at,
          std::uint64_t bytes) {
    const auto weights = TensorFile::open(file);
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(weights->tensors().at(tensor).offset + at));
    out << std::string(bytes, 'x');
}

}  // namespace

TEST_CASE("A change of one norm or one block changes the id of the tensors") {
    const ScratchFolder folder;
    const auto file = checkpoint(folder, "a.safetensors", kBig);
    const std::string before = tensorsId(*TensorFile::open(file));
    CHECK(tensorsId(*TensorFile::open(checkpoint(folder, "b.safetensors", kBig))) == before);
    const auto [tensor, at, bytes] = GENERATE(table<std::string, std::uint64_t, std::uint64_t>({
        {"blocks.0.norm1.weight", 100, 1},
        {"blocks.0.mlp", 0, 1},
        {"blocks.1.mlp", kBig - 1, 1},
        {"blocks.1.mlp", kBig / 3, kBig / 5},
    }));
    CAPTURE(tensor, at);
    fill(file, tensor, at, bytes);
    CHECK(tensorsId(*TensorFile::open(file)) != before);
}

TEST_CASE("A change of any byte changes the id of a checkpoint file") {
    const ScratchFolder folder;
    const std::int64_t matrix = GENERATE(as<std::int64_t>(), 1 << 20, kBig);
    const auto file = checkpoint(folder, "a.safetensors", matrix);
    const std::string before = weightsId(file);
    CHECK_FALSE(before.empty());
    CHECK(weightsId(file) == before);
    fill(file, "blocks.1.mlp", 4096 + 1, 1);
    CHECK(weightsId(file) != before);
}

TEST_CASE("Files that hold no tensors have an id all the same, missing ones none") {
    const ScratchFolder folder;
    writeText(folder / "x.safetensors", "no tensors");
    CHECK(weightsId(folder / "x.safetensors") == contentId(folder / "x.safetensors"));
    std::filesystem::resize_file(folder / "x.safetensors", kBig);
    CHECK_FALSE(weightsId(folder / "x.safetensors").empty());
    CHECK(weightsId(folder / "y.safetensors").empty());
}

}  // namespace reelquery
