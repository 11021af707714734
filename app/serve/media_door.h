#pragma once
// Videos and pictures that other programs name: opened below allowed folders, or carried along.
//
// Note [Which file it is]
// A path is judged, opened, and then what was opened is judged again: its real path, told by the
// system for the descriptor, must lie below an allowed folder's. Whoever exchanges a folder for a
// link between the two finds the descriptor's place outside. From there on only the descriptor is
// used (as /proc/self/fd/N), so that nothing can be exchanged later. What a message carries is kept
// in memory that has no name in any folder.
// What names other files is refused, by the words of the one that reads videos.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reelquery {

/// An open file that goes when the last request about it is done.
class OpenMedia {
  public:
    explicit OpenMedia(int descriptor) : descriptor_(descriptor) {}

    ~OpenMedia();
    OpenMedia(OpenMedia&& other) noexcept;
    OpenMedia& operator=(OpenMedia&& other) noexcept;

    /// A name for it inside this process, while this object lives.
    std::filesystem::path path() const;

    int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = -1;
};

/// What a message may carry, decoded.
inline constexpr std::size_t kMostCarriedBytes = 32 << 20;

/// Where the command line was what opened the door.
inline constexpr const char* kAllowByFlag = "whoever started this can name one with --allow";

/// Opens what a URL names. Immutable; thread: any.
class MediaDoor {
  public:
    /// Folders below which files may be opened; none: no file at all. howToAllow: said then, how
    /// one is allowed where this runs. Throws Error{kUsage} naming one that is no folder.
    explicit MediaDoor(const std::vector<std::filesystem::path>& allowed,
                       std::string howToAllow = kAllowByFlag);

    /// `file://` below the folders or `data:` of a video or picture; isPath also takes a plain
    /// absolute path. Throws Refusal.
    OpenMedia open(const std::string& url, bool isPath = false) const;

    const std::vector<std::filesystem::path>& folders() const { return folders_; }

  private:
    OpenMedia openFile(const std::filesystem::path& path) const;
    bool isBelow(const std::filesystem::path& real) const;

    std::vector<std::filesystem::path> folders_;  // real paths
    const std::string howToAllow_;
};

/// What a file URL's path says: percent signs decoded. Throws Refusal for another host, a `..`, a
/// zero byte, a broken escape, or a query.
std::string pathOfFileUrl(const std::string& url);

/// Decodes base64 with padding. Throws Refusal for anything else and for more than `most` bytes.
std::string decodedBase64(std::string_view text, std::size_t most);

}  // namespace reelquery
