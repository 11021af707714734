#pragma once
// What a picture's first bytes say: which format it is in and how large it is.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace reelquery {

enum class PictureKind { kJpeg, kPng, kWebp };

struct PictureHeader {
    PictureKind kind = PictureKind::kJpeg;
    std::int64_t width = 0, height = 0;  ///< as stored, before any turn; at least 1
};

/// Up to `most` bytes of a picture from `at` on; fewer at its end.
using PictureBytes = std::function<std::string(std::int64_t at, std::size_t most)>;

/// Nothing for what is no JPEG, PNG or WebP with its size in its header. Looks at headers only, and
/// at most a few thousand of them. Pure but for `bytes`.
std::optional<PictureHeader> readPictureHeader(const PictureBytes& bytes);
std::optional<PictureHeader> readPictureHeader(std::string_view picture);

/// Nothing for a file that cannot be read, too. Thread: any.
std::optional<PictureHeader> readPictureHeader(const std::filesystem::path& file);

}  // namespace reelquery
