#pragma once
// One file from the network, whole and verified, or clearly not there.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/cancel.h"
#include "core/fetch/file_digest.h"
#include "core/web/web_request.h"

namespace reelquery {

/// Left free on the disk for everybody else.
inline constexpr std::int64_t kDiskReserve = std::int64_t{256} << 20;

/// A file whose size and digest are known before it comes.
struct RemoteFile {
    std::string url;
    std::string name;    ///< for messages
    std::string source;  ///< who sends it, for messages: "the hub"
    std::int64_t bytes = 0;
    DigestKind digestKind = DigestKind::kSha256;
    std::string digest;
    std::filesystem::path certificates;  ///< as WebRequest's
    std::string token;                   ///< of the one who asks; may be empty
    std::string wrongHint;               ///< what to do where other content comes again and again
    std::function<void(const WebHead&)> checkStatus;  ///< throws for a reply that is no content
};

/// Fetches what is missing of `into`, which another call may have begun, and compares the digest;
/// by itself it goes on after a cut as long as bytes come. `came`: how much is there. Afterwards
/// the file is whole; content that is not the one promised is removed. Errors: kMemory where the
/// disk is full, kModel, WebFailure, kCancelled within 0.5 s.
void fetchVerified(const RemoteFile& remote, const std::filesystem::path& into,
                   const std::function<void(std::int64_t came)>& came, const CancelToken& cancel);

}  // namespace reelquery
