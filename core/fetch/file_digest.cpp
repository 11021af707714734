#include "core/fetch/file_digest.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <new>
#include <vector>

namespace reelquery {

namespace {

struct ContextEnd {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string fileDigest(const std::filesystem::path& file, DigestKind kind,
                       const CancelToken& cancel) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(file, failed);
    std::ifstream in(file, std::ios::binary);
    if (failed || !in) return {};
    const std::unique_ptr<EVP_MD_CTX, ContextEnd> context(EVP_MD_CTX_new());
    const EVP_MD* method = kind == DigestKind::kSha256 ? EVP_sha256() : EVP_sha1();
    if (!context || EVP_DigestInit_ex(context.get(), method, nullptr) != 1) throw std::bad_alloc();
    if (kind == DigestKind::kGitBlob) {
        const std::string header = "blob " + std::to_string(bytes) + '\0';
        EVP_DigestUpdate(context.get(), header.data(), header.size());
    }
    std::vector<char> piece(1 << 20);
    while (in) {
        throwIfCancelled(cancel);
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (!in.eof()) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    std::string text;
    for (unsigned at = 0; at < size; ++at) {
        text += "0123456789abcdef"[digest[at] >> 4];
        text += "0123456789abcdef"[digest[at] & 15];
    }
    return text;
}

}  // namespace reelquery
