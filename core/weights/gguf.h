#pragma once
// One GGUF file as a table of tensors.

#include <filesystem>

#include "core/weights/tensor_file.h"

namespace reelquery {

/// Immutable. Thread: any. Number types are the file's ("Q4_K"), shapes rows first.
class GgufTensorFile final : public TensorFile {
  public:
    /// Maps and checks (parseGgufHeader). Errors: kModel naming the file and what is wrong.
    explicit GgufTensorFile(const std::filesystem::path& file);
};

}  // namespace reelquery
