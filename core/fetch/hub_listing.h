#pragma once
// What the hub says of a model: its files with sizes and hashes, and which of them are needed.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.h"
#include "core/fetch/file_digest.h"

namespace reelquery {

/// Where the hub is and who asks, by the hub's own environment variables.
struct HubAccess {
    std::string endpoint;  ///< HF_ENDPOINT, else https://huggingface.co; no slash at its end
    std::string token;     ///< HF_TOKEN, else the file that the hub's own tool keeps; may be empty
    std::filesystem::path certificates;  ///< REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE
};

/// Reads the environment. Thread: main. Errors: kUsage where HF_HUB_OFFLINE forbids the network.
HubAccess hubAccess();

/// One file of a model.
struct HubFile {
    std::string name;  ///< "config.json"; may have folders
    std::int64_t bytes = 0;
    DigestKind digestKind = DigestKind::kSha256;
    std::string digest;  ///< the hub's name for its content
};

struct HubListing {
    std::string repository;  ///< "OWNER/NAME"
    std::string commit;      ///< 40 hexadecimal digits
    std::string licence;     ///< as its card says; may be empty
    std::vector<HubFile> files;
};

/// Reads the hub's answer about a model. Pure. Errors: kModel for what makes no sense: a hostile
/// server must not name a file outside of the cache.
HubListing readListing(std::string_view json, const std::string& repository);

/// Asks the hub. Errors: kUsage for a name that is none, kModel for one that is not there or gated
/// (its hint says where to agree), WebFailure, kCancelled.
HubListing fetchListing(const HubAccess& access, const std::string& repository,
                        const std::string& revision, const CancelToken& cancel);

/// The files that answering needs: settings, tokenizer, safetensors; of a repository in GGUF the
/// one file that `gguf` names, with its vision tower's. Errors: kUsage where one has to be chosen,
/// listing them; kModel where there is nothing that can be read.
std::vector<HubFile> neededFiles(const HubListing& listing, const std::string& gguf);

/// The address of a file's content.
std::string fileUrl(const HubAccess& access, const HubListing& listing, const HubFile& file);

}  // namespace reelquery
