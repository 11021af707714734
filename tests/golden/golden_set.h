#pragma once
// The golden sets a test runs against: the folder in REELQUERY_GOLDEN_DIR (Qwen2-VL and Qwen2.5-VL)
// or REELQUERY_GOLDEN_QWEN3_DIR (Qwen3-VL), else the committed one. Written by make_goldens.py and
// make_qwen3_goldens.py, whose values come from Hugging Face transformers.

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reelquery::golden {

/// Root of the set: holds tokenizer/, mrope_golden.json and the model folders.
std::filesystem::path folder();

/// Model folders of the set, one of each family.
std::vector<std::filesystem::path> modelFolders();

/// The same of the Qwen3-VL set, whose models have their head tied and not.
std::filesystem::path qwen3Folder();
std::vector<std::filesystem::path> qwen3ModelFolders();

/// A JSON file of the set, by its path below the root. Throws when it is missing.
nlohmann::json readJson(const std::string& file);
nlohmann::json readQwen3Json(const std::string& file);

/// Tensors of a golden.safetensors by key, copied. Throws when the file is missing.
std::map<std::string, at::Tensor> readTensors(const std::filesystem::path& file);

/// Bytes from lower-case hexadecimal.
std::string fromHex(const std::string& hex);

/// Whether `ours` is the reference's stage computed in float32 with other orders of sums: no value
/// further off than 2e-5 of the stage's largest (sums of some hundred terms through a few layers
/// lose about a hundred of the 2^-24 they are rounded to), and than 1e-3 whatever its size.
bool isSameStage(const at::Tensor& ours, const at::Tensor& expected);

/// Largest absolute difference of two tensors of the same number of values, in double.
double maxDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace reelquery::golden
