#include "tests/golden/golden_set.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "core/weights/safetensors.h"

namespace reelquery::golden {

namespace fs = std::filesystem;

namespace {

at::ScalarType scalarType(const std::string& dtype) {
    static const std::map<std::string, at::ScalarType> kTypes = {
        {"F32", at::kFloat}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
        {"I32", at::kInt},   {"U8", at::kByte},       {"F64", at::kDouble},
    };
    return kTypes.at(dtype);
}

fs::path chosenOr(const char* variable, const fs::path& committed) {
    const char* chosen = std::getenv(variable);
    return chosen && *chosen ? fs::path(chosen) : committed;
}

nlohmann::json parsed(const fs::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error(file.string() + " cannot be opened");
    return nlohmann::json::parse(in);
}

}  // namespace

fs::path folder() {
    return chosenOr("REELQUERY_GOLDEN_DIR", REELQUERY_COMMITTED_GOLDENS);
}

fs::path qwen3Folder() {
    return chosenOr("REELQUERY_GOLDEN_QWEN3_DIR", fs::path(REELQUERY_COMMITTED_GOLDENS) / "qwen3");
}

std::vector<fs::path> modelFolders() {
    return {folder() / "tiny-qwen2-vl", folder() / "tiny-qwen2_5-vl"};
}

std::vector<fs::path> qwen3ModelFolders() {
    return {qwen3Folder() / "tiny-qwen3-vl", qwen3Folder() / "tiny-qwen3-vl-untied"};
}

nlohmann::json readJson(const std::string& file) {
    return parsed(folder() / file);
}

nlohmann::json readQwen3Json(const std::string& file) {
    return parsed(qwen3Folder() / file);
}

std::map<std::string, at::Tensor> readTensors(const fs::path& file) {
    const auto stored = SafetensorsFile::open(file);
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [key, entry] : stored->tensors()) {
        at::Tensor tensor =
            at::empty(entry.shape, at::TensorOptions().dtype(scalarType(entry.dtype)));
        std::memcpy(tensor.data_ptr(), stored->mapping().data() + entry.offset, entry.bytes);
        tensors.emplace(key, tensor);
    }
    return tensors;
}

std::string fromHex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

bool isSameStage(const at::Tensor& ours, const at::Tensor& expected) {
    constexpr double kRelative = 2e-5, kAbsolute = 1e-3;
    const double difference = maxDifference(ours, expected);
    const double size = expected.abs().max().to(at::kDouble).item<double>();
    const bool isSame = difference <= std::min(kAbsolute, kRelative * size);
    if (!isSame) {
        std::fprintf(stderr, "off by %.3g, %.3g of the largest value %.3g\n", difference,
                     difference / size, size);
    }
    return isSame;
}

double maxDifference(const at::Tensor& a, const at::Tensor& b) {
    if (a.numel() != b.numel()) return std::numeric_limits<double>::infinity();
    const at::Tensor difference = a.reshape({-1}).to(at::kDouble) - b.reshape({-1}).to(at::kDouble);
    // max() passes NaN on, so a broken value fails every comparison with a tolerance.
    return difference.numel() == 0 ? 0.0 : difference.abs().max().item<double>();
}

}  // namespace reelquery::golden
