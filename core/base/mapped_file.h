#pragma once
// A whole file as memory.

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace reelquery {

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

}  // namespace reelquery
