#pragma once
// One .safetensors file, mapped into memory and checked before anything is read from it.
// Layout: 8 bytes header length N, N bytes JSON, then the tensors' bytes.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace reelquery {

/// Where a tensor lies in the file.
struct StoredTensor {
    std::string dtype;  ///< "BF16", "F16", "F32", ...
    std::vector<std::int64_t> shape;
    std::uint64_t offset = 0;  ///< from the start of the file
    std::uint64_t bytes = 0;
};

/// Read-only mapping of a whole file. Immutable; the file must not change meanwhile.
class FileMapping {
  public:
    /// Errors: kModel when the file cannot be opened or mapped.
    explicit FileMapping(const std::filesystem::path& file);
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;
    ~FileMapping();

    const std::byte* data() const { return data_; }

    std::uint64_t size() const { return size_; }

    /// Lets the system drop the pages wholly inside a range; they are read again when touched.
    void release(std::uint64_t offset, std::uint64_t bytes) const;

  private:
    const std::byte* data_ = nullptr;
    std::uint64_t size_ = 0;
};

/// A mapped file with its table of contents. Immutable. Thread: any.
class SafetensorsFile {
  public:
    /// Maps and checks: header length, JSON, offsets inside the file and free of overlap, size of
    /// each tensor = shape x number type. Reads no tensor.
    /// Errors: kModel naming the file and what is wrong.
    static std::shared_ptr<const SafetensorsFile> open(const std::filesystem::path& file);

    const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }

    const FileMapping& mapping() const { return mapping_; }

    const std::filesystem::path& path() const { return path_; }

  private:
    explicit SafetensorsFile(const std::filesystem::path& file);
    void readHeader();
    void checkLayout() const;
    [[noreturn]] void fail(const std::string& what) const;

    std::filesystem::path path_;
    FileMapping mapping_;
    std::map<std::string, StoredTensor> tensors_;
};

/// Bytes of one value; 0 for a number type that is not known.
std::uint64_t bytesPerValue(const std::string& dtype);

/// "[128, 64]".
std::string shapeText(const std::vector<std::int64_t>& shape);

}  // namespace reelquery
