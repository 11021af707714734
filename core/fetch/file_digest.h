#pragma once
// The hashes by which the hub names files.

#include <filesystem>
#include <string>

#include "core/base/cancel.h"

namespace reelquery {

enum class DigestKind {
    kSha256,  ///< of the content: large files
    kGitBlob  ///< SHA-1 of git's header and the content: small ones
};

/// The file's digest in hexadecimal digits; empty where it cannot be read. Thread: any. Errors:
/// kCancelled, polled per MiB.
std::string fileDigest(const std::filesystem::path& file, DigestKind kind,
                       const CancelToken& cancel);

}  // namespace reelquery
