// Damaged and hostile .safetensors files.

#include "core/weights/safetensors.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

/// A file of this header and as many zero bytes.
std::string fileOf(const std::string& header, std::size_t dataBytes) {
    const std::uint64_t length = header.size();
    std::string bytes(sizeof(length), '\0');
    std::memcpy(bytes.data(), &length, sizeof(length));
    return bytes + header + std::string(dataBytes, '\0');
}

constexpr const char* kTwoTensors = R"({"__metadata__":{"format":"pt"},)"
                                    R"("a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},)"
                                    R"("b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}})";

}  // namespace

TEST_CASE("A sound file lists its tensors") {
    const ScratchFolder folder;
    writeText(folder / "x.safetensors", fileOf(kTwoTensors, 16));
    const auto file = SafetensorsFile::open(folder / "x.safetensors");
    REQUIRE(file->tensors().size() == 2);
    const StoredTensor& a = file->tensors().at("a");
    CHECK(a.shape == std::vector<std::int64_t>{2, 3});
    CHECK(a.offset == 8 + std::strlen(kTwoTensors));
    CHECK(file->tensors().at("b").bytes == 4);
}

TEST_CASE("A damaged file is named with what is wrong") {
    const auto [what, bytes] = GENERATE(table<std::string, std::string>({
        {"cut short", ""},
        {"cut short", "abc"},
        {"cut short", fileOf(kTwoTensors, 15)},
        {"cut short", fileOf(kTwoTensors, 0)},
        {"cut short inside the header", fileOf(kTwoTensors, 0).substr(0, 40)},
        {"claims", std::string(8, '\xff') + "{}"},
        {"claims", std::string("\x00\x00\x00\x00\x10\x00\x00\x00{}", 10)},
        {"not a JSON object", fileOf("[]", 0)},
        {"nests deeper", fileOf(std::string(100'000, '[') + std::string(100'000, ']'), 0)},
        {"not a JSON object", fileOf("{\"a\":", 0)},
        {"describes a wrongly", fileOf(R"({"a":5})", 0)},
        {"describes a wrongly", fileOf(R"({"a":{"dtype":"F32","shape":[1]}})", 4)},
        {"describes a wrongly",
         fileOf(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4)},
        {"describes a wrongly",
         fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 8)},
        {"describes a wrongly",
         fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 4)},
        {"describes a wrongly", fileOf(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})", 4)},
        {"run backwards", fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4)},
        {"cut short",
         fileOf(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}})", 4)},
        {"should take 8 bytes, has 4",
         fileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4)},
        {"absurd",
         fileOf(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})",
                4)},
        {"a and b overlap", fileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                   R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
                                   12)},
    }));
    const ScratchFolder folder;
    writeText(folder / "x.safetensors", bytes);
    CAPTURE(what);
    checkError(ErrorCode::kModel, {"x.safetensors", what},
               [&] { (void)SafetensorsFile::open(folder / "x.safetensors"); });
}

TEST_CASE("A folder or a missing file in place of the weights is an error") {
    const ScratchFolder folder;
    checkError(ErrorCode::kModel, {"cannot be read"},
               [&] { (void)SafetensorsFile::open(folder.path()); });
    checkError(ErrorCode::kModel, {"none.safetensors", "cannot be read"},
               [&] { (void)SafetensorsFile::open(folder / "none.safetensors"); });
}

}  // namespace reelquery
