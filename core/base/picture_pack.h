#pragma once
// Several pictures with their times in one file that names no other: what a message carries, laid
// down where the video library reads a video.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// One picture of a pack.
struct PackedPicture {
    double timeS = 0;         ///< finite, at least 0
    bool isAlone = false;     ///< a time step of its own; else one frame of a pair, in their order
    std::string wordsBefore;  ///< of whoever shows it: they stand before it and behind the last one
    std::int64_t at = 0;      ///< of its bytes in the file
    std::int64_t bytes = 0;
};

struct PicturePack {
    double fps = 0;                       ///< at which its frames were taken; 0: not known
    std::vector<PackedPicture> pictures;  ///< may be empty: words alone are asked about
};

/// More are not read.
inline constexpr std::size_t kMostPackedPictures = 4096;

/// Writes a pack from the file's beginning on. Confined to one thread.
class PicturePackWriter {
  public:
    /// descriptor: open for writing, stays the caller's.
    PicturePackWriter(int descriptor, double fps);

    void add(double timeS, bool isAlone, std::string_view picture,
             std::string_view wordsBefore = {});

    /// False once something could not be written: what is there is no pack then.
    bool isWhole() const { return isWhole_; }

  private:
    void write(const void* bytes, std::size_t count);

    const int descriptor_;
    bool isWhole_ = true;
};

/// Writes a pack without pictures: a question about it is asked about its words alone. False where
/// the file cannot be written.
bool writeWordsPack(const std::filesystem::path& file);

/// Nothing for a file that is no pack, is not whole, or holds numbers that cannot be. Reads all but
/// the pictures themselves. Thread: any.
std::optional<PicturePack> readPicturePack(const std::filesystem::path& file);

}  // namespace reelquery
