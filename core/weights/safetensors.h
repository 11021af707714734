#pragma once
// One .safetensors file, checked before anything is read from it.
// Layout: 8 bytes header length N, N bytes JSON, then the tensors' bytes.

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/weights/tensor_file.h"

namespace reelquery {

/// Immutable. Thread: any.
class SafetensorsFile final : public TensorFile {
  public:
    /// Maps and checks: header length, JSON, offsets inside the file and free of overlap, size of
    /// each tensor = shape x number type. Reads no tensor.
    /// Errors: kModel naming the file and what is wrong.
    explicit SafetensorsFile(const std::filesystem::path& file);

  private:
    void readHeader();
    void checkLayout() const;
};

/// Bytes of one value; 0 for a number type that is not known.
std::uint64_t bytesPerValue(const std::string& dtype);

}  // namespace reelquery
