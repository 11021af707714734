#pragma once
// The quantised checkpoints a test runs against: every one in REELQUERY_GOLDEN_QUANTISED_DIR (made
// by make_tiny_quantised.py of the specification), else the committed ones. The committed ones have
// no vision tower (make_quantised_set.py); opening one puts a blank tower beside it.

#include <filesystem>
#include <vector>

namespace reelquery::golden {

struct QuantisedModel {
    std::filesystem::path golden;  ///< folder with dequantised.json and golden.safetensors
    std::filesystem::path model;   ///< what --model would name: a folder or a .gguf file
    std::filesystem::path vision;  ///< the tower's file of a GGUF, else empty
};

/// Models of families that can be run, ordered by name.
std::vector<QuantisedModel> quantisedModels();

}  // namespace reelquery::golden
