// Quantised modules read from files: the specification's worked examples, and what is wrong named.

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/weights/packed_reader.h"
#include "tests/support/scratch_folder.h"

namespace reelquery {

namespace {

struct Raw {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::string bytes;
};

template <class T>
std::string bytesOf(const std::vector<T>& values) {
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

Raw words(std::vector<std::int64_t> shape, const std::vector<std::uint32_t>& values) {
    return {"I32", std::move(shape), bytesOf(values)};
}

/// float16 numbers by their bits.
Raw halves(std::vector<std::int64_t> shape, const std::vector<std::uint16_t>& bits) {
    return {"F16", std::move(shape), bytesOf(bits)};
}

constexpr std::uint16_t kHalf = 0x3800;  // 0.5
constexpr std::uint16_t kOne = 0x3c00;

/// The tensors "m.<name>" in a file of their own.
class ModuleFile {
  public:
    explicit ModuleFile(const std::map<std::string, Raw>& tensors) {
        nlohmann::json header;
        std::string data;
        for (const auto& [name, raw] : tensors) {
            header["m." + name] = {{"dtype", raw.dtype},
                                   {"shape", raw.shape},
                                   {"data_offsets", {data.size(), data.size() + raw.bytes.size()}}};
            data += raw.bytes;
        }
        const std::string text = header.dump();
        const std::uint64_t length = text.size();
        std::string file(sizeof length, '\0');
        std::memcpy(file.data(), &length, sizeof length);
        writeText(folder_ / "m.safetensors", file + text + data);
        file_ = TensorFile::open(folder_ / "m.safetensors");
    }

    std::optional<PackedModule> find() const { return findPacked("m", finder()); }

    PackedMatrix matrix(const QuantizationConfig& config = {}) const {
        const auto module = find();
        REQUIRE(module);
        return readPacked(*module, finder(), config);
    }

    at::Tensor values(const QuantizationConfig& config = {}) const {
        return unpack(matrix(config));
    }

  private:
    TensorFinder finder() const {
        return [this](const std::string& name) {
            const auto found = file_->tensors().find(name);
            return found == file_->tensors().end() ? TensorPlace{}
                                                   : TensorPlace{file_, &found->second};
        };
    }

    ScratchFolder folder_;
    std::shared_ptr<const TensorFile> file_;
};

void checkValues(const at::Tensor& ours, const std::vector<float>& expected) {
    REQUIRE(ours.numel() == static_cast<std::int64_t>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(ours.flatten()[static_cast<std::int64_t>(i)].item<float>() == expected[i]);
    }
}

std::vector<std::uint16_t> times(std::size_t count, std::uint16_t value) {
    return std::vector<std::uint16_t>(count, value);
}

/// One row of K = 1 by 8 outputs.
std::map<std::string, Raw> awq() {
    return {{"qweight", words({1, 1}, {0x86427531})},
            {"qzeros", words({1, 1}, {0x88988878})},
            {"scales", halves({1, 8}, times(8, kHalf))}};
}

std::map<std::string, Raw> gptq4() {
    std::map<std::string, Raw> tensors = {
        {"qweight", words({1, 8}, std::vector<std::uint32_t>(8, 0x87654321))},
        {"qzeros", words({1, 1}, {0x77777777})},
        {"scales", halves({1, 8}, times(8, kHalf))},
        {"g_idx", words({8}, std::vector<std::uint32_t>(8, 0))}};
    return tensors;
}

}  // namespace

TEST_CASE("The worked example of AWQ") {
    checkValues(ModuleFile(awq()).values(), {-3.5F, -3, -2, -2.5F, -1.5F, -1, -0.5F, 0});
}

TEST_CASE("The worked examples of GPTQ, and where its zeros are stored as they are") {
    const at::Tensor four = ModuleFile(gptq4()).values();
    checkValues(four[0], {-3.5F, -3, -2.5F, -2, -1.5F, -1, -0.5F, 0});
    auto second = gptq4();
    second["qzeros"] = words({1, 1}, {0x88888888});
    QuantizationConfig v2;
    v2.gptqStoresZero = true;
    CHECK(at::equal(ModuleFile(second).values(v2), four));
    const ModuleFile eight({{"qweight", words({1, 4}, std::vector<std::uint32_t>(4, 0x007F8180))},
                            {"qzeros", words({1, 1}, {0x7F7F7F7F})},
                            {"scales", halves({1, 4}, times(4, kHalf))},
                            {"g_idx", words({4}, {0, 0, 0, 0})}});
    checkValues(eight.values()[3], {0, 0.5F, -0.5F, -64});
}

TEST_CASE("GPTQ with an order of its own takes the group of each input") {
    auto tensors = gptq4();
    tensors["g_idx"] = words({8}, {1, 0, 1, 0, 1, 0, 1, 0});
    tensors["qzeros"] = words({2, 1}, {0x77777777, 0x77777777});
    std::vector<std::uint16_t> scales = times(8, kHalf);
    scales.insert(scales.end(), 8, kOne);
    tensors["scales"] = halves({2, 8}, scales);
    checkValues(ModuleFile(tensors).values()[0], {-7, -3, -5, -2, -3, -1, -1, 0});
}

TEST_CASE("The worked examples of compressed-tensors") {
    const ModuleFile four({{"weight_packed", words({1, 1}, {0x76543210})},
                           {"weight_scale", halves({1, 1}, {kOne})},
                           {"weight_shape", {"I64", {2}, bytesOf<std::int64_t>({1, 8})}}});
    checkValues(four.values(), {-8, -7, -6, -5, -4, -3, -2, -1});
    const ModuleFile eight({{"weight_packed", words({1, 2}, {0xFF807F00, 0xFF807F00})},
                            {"weight_scale", halves({1, 1}, {kOne})},
                            {"weight_shape", {"I32", {2}, bytesOf<std::int32_t>({1, 8})}}});
    checkValues(eight.values(), {-128, -1, 0, 127, -128, -1, 0, 127});
    const std::map<std::string, Raw> asymmetric = {
        {"weight_packed", words({8, 1}, std::vector<std::uint32_t>(8, 0x88888888))},
        {"weight_scale", halves({8, 1}, times(8, kOne))},
        {"weight_zero_point", words({1, 1}, {0xFCBA9810})},
        {"weight_shape", {"I64", {2}, bytesOf<std::int64_t>({8, 8})}}};
    const at::Tensor zeros = ModuleFile(asymmetric).values().select(1, 0);
    checkValues(zeros, {8, 7, 0, -1, -2, -3, -4, -7});
    auto older = asymmetric;
    older["weight_zero_point"] = {"I8", {8, 1}, bytesOf<std::int8_t>({-8, -7, 0, 1, 2, 3, 4, 7})};
    CHECK(at::equal(ModuleFile(older).values().select(1, 0), zeros));
    const ModuleFile plain({{"weight", {"I8", {1, 3}, bytesOf<std::int8_t>({-128, 0, 127})}},
                            {"weight_scale", halves({1, 1}, {kHalf})}});
    checkValues(plain.values(), {-64, 0, 63.5F});
}

TEST_CASE("FP8 with a scale for all, for each output and for each block") {
    const std::string codes("\x2A\x01\x08\xB8", 4);
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{}, {1}, {1, 1}}) {
        const ModuleFile file({{"weight", {"F8_E4M3", {2, 2}, codes}},
                               {"weight_scale", {"F32", shape, bytesOf<float>({2})}}});
        checkValues(file.values(), {0.625F, 0.00390625F, 0.03125F, -2});
    }
    const ModuleFile each({{"weight", {"F8_E4M3", {2, 2}, codes}},
                           {"weight_scale", {"F32", {2, 1}, bytesOf<float>({2, 4})}}});
    checkValues(each.values(), {0.625F, 0.00390625F, 0.0625F, -4});
}

TEST_CASE("Plain modules are not packed, and absent ones neither") {
    CHECK(!ModuleFile({{"weight", halves({1, 2}, {kOne, kOne})}}).find());
    CHECK(!ModuleFile({{"other", halves({1}, {kOne})}}).find());
}

TEST_CASE("Quantised modules that make no sense are refused by the tensor that is wrong") {
    const auto refuse = [](std::map<std::string, Raw> tensors, const std::string& name,
                           const Raw& wrong, const std::vector<std::string>& mentions) {
        tensors[name] = wrong;
        checkError(ErrorCode::kModel, mentions, [&] { (void)ModuleFile(tensors).matrix(); });
    };
    refuse(awq(), "scales", halves({1, 9}, times(9, kOne)), {"m.qweight", "eighth"});
    refuse(awq(), "scales", {"I8", {1, 8}, std::string(8, '\1')}, {"m.scales", "F16, BF16 or F32"});
    refuse(awq(), "scales", halves({8}, times(8, kOne)), {"m.scales", "two dimensions"});
    refuse(awq(), "scales", halves({2, 8}, times(16, kOne)), {"m.", "2"});
    refuse(awq(), "qzeros", words({1, 2}, {0, 0}), {"m.qzeros", "[1, 1]"});
    refuse(awq(), "qweight", {"F16", {1, 1}, std::string(2, '\0')}, {"m.qweight", "I32"});
    refuse(gptq4(), "g_idx", words({7}, std::vector<std::uint32_t>(7, 0)), {"g_idx"});
    refuse(gptq4(), "g_idx", words({8}, {0, 0, 0, 0, 0, 0, 0, 5}), {"g_idx", "group"});
    refuse(gptq4(), "g_idx", words({4}, {0, 0, 0, 0}), {"qzeros"});
    auto noZeros = awq();
    noZeros.erase("qzeros");
    checkError(ErrorCode::kModel, {"m", "qzeros"}, [&] { (void)ModuleFile(noZeros).find(); });
    const std::map<std::string, Raw> packed = {
        {"weight_packed", words({1, 1}, {0})},
        {"weight_scale", halves({1, 1}, {kOne})},
        {"weight_shape", {"I64", {2}, bytesOf<std::int64_t>({1, 8})}}};
    refuse(packed, "weight_shape", {"I64", {2}, bytesOf<std::int64_t>({1, 1LL << 60})},
           {"weight_shape", "absurd"});
    refuse(packed, "weight_shape", {"I64", {2}, bytesOf<std::int64_t>({-1, 8})},
           {"weight_shape", "absurd"});
    refuse(packed, "weight_shape", {"I64", {2}, bytesOf<std::int64_t>({1, 100})},
           {"weight_packed", "[1, 100]"});
    refuse(packed, "weight_scale", halves({1, 3}, times(3, kOne)), {"weight_scale"});
    refuse(packed, "weight_scale", halves({2, 1}, times(2, kOne)), {"weight_scale"});
    const std::map<std::string, Raw> fp8 = {{"weight", {"F8_E4M3", {2, 2}, std::string(4, '\1')}},
                                            {"weight_scale", {"F32", {1}, bytesOf<float>({2})}}};
    refuse(fp8, "weight_scale", {"F32", {3}, bytesOf<float>({2, 2, 2})}, {"weight_scale", "128"});
    refuse(fp8, "weight_scale", {"U8", {1}, "\1"}, {"weight_scale", "F32, BF16 or F16"});
    auto noScale = fp8;
    noScale.erase("weight_scale");
    checkError(ErrorCode::kModel, {"m", "weight_scale"}, [&] { (void)ModuleFile(noScale).find(); });
}

}  // namespace reelquery
