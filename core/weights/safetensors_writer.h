#pragma once
// Writes .safetensors files front to back, so that a file may be larger than memory.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "core/spec/weight_shapes.h"

namespace reelquery {

/// One file of bf16 tensors. Confined to one thread.
class SafetensorsWriter {
  public:
    /// Writes the header for tensors in this order. Errors: kModel (cannot be created).
    SafetensorsWriter(const std::filesystem::path& file, const std::vector<WeightShape>& tensors);

    /// Appends bf16 values; all tensors' values in order make up the file. Errors: kModel (disk
    /// full).
    void append(std::span<const std::uint16_t> values);

    /// Closes the file. Errors: kModel (disk full).
    void finish();

  private:
    [[noreturn]] void fail() const;

    std::filesystem::path path_;
    std::ofstream out_;
};

}  // namespace reelquery
