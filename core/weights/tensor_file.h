#pragma once
// A mapped file of named tensors, whatever its format.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mapped_file.h"

namespace reelquery {

/// Where a tensor lies in the file.
struct StoredTensor {
    std::string dtype;  ///< "BF16", "F16", "F32", "I32", "F8_E4M3", "Q4_K", ...
    std::vector<std::int64_t> shape;
    std::uint64_t offset = 0;  ///< from the start of the file
    std::uint64_t bytes = 0;
};

/// A file and its table of contents. A format is one class below this, whose constructor reads and
/// checks the table. Immutable. Thread: any.
class TensorFile {
  public:
    /// Opens a file in the format it has, told by its first bytes: GGUF, else safetensors. Reads no
    /// tensor. Errors: kModel naming the file and what is wrong.
    static std::shared_ptr<const TensorFile> open(const std::filesystem::path& file);

    TensorFile(const TensorFile&) = delete;
    TensorFile& operator=(const TensorFile&) = delete;
    virtual ~TensorFile() = default;

    /// By the names the file has.
    const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }

    const FileMapping& mapping() const { return mapping_; }

    const std::filesystem::path& path() const { return path_; }

  protected:
    /// Maps the file. Errors: as FileMapping.
    explicit TensorFile(const std::filesystem::path& file) : path_(file), mapping_(file) {}

    /// To be filled by the constructor of a format.
    std::map<std::string, StoredTensor>& table() { return tensors_; }

    const std::map<std::string, StoredTensor>& table() const { return tensors_; }

    /// Throws Error{kModel} about this file.
    [[noreturn]] void fail(const std::string& what) const;

  private:
    std::filesystem::path path_;
    FileMapping mapping_;
    std::map<std::string, StoredTensor> tensors_;
};

/// "[128, 64]".
std::string shapeText(const std::vector<std::int64_t>& shape);

}  // namespace reelquery
