#include "core/fetch/file_fetch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <thread>

#include "core/base/error.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr int kTriesWithoutAByte = 5;

/// The file being fetched, open for adding to it.
class UnfinishedFile {
  public:
    explicit UnfinishedFile(const fs::path& path)
        : path_(path),
          descriptor_(
              ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644)) {
        if (descriptor_ < 0) refuse();
    }

    ~UnfinishedFile() { ::close(descriptor_); }

    UnfinishedFile(const UnfinishedFile&) = delete;
    UnfinishedFile& operator=(const UnfinishedFile&) = delete;

    std::int64_t size() const { return ::lseek(descriptor_, 0, SEEK_END); }

    void empty() const {
        if (::ftruncate(descriptor_, 0) != 0) refuse();
    }

    void add(std::string_view piece) const {
        while (!piece.empty()) {
            const ssize_t bytes = ::write(descriptor_, piece.data(), piece.size());
            if (bytes < 0 && errno == EINTR) continue;
            if (bytes <= 0) refuse();
            piece.remove_prefix(static_cast<std::size_t>(bytes));
        }
    }

    void sync() const {
        if (::fsync(descriptor_) != 0) refuse();
    }

  private:
    [[noreturn]] void refuse() const {
        const int why = errno;
        throw Error(why == ENOSPC || why == EDQUOT ? ErrorCode::kMemory : ErrorCode::kModel,
                    "cannot write " + path_.string() + ": " + std::generic_category().message(why),
                    "free some room, then ask again: what was fetched is kept");
    }

    const fs::path path_;
    const int descriptor_;
};

void fetchRest(const RemoteFile& remote, const UnfinishedFile& into, std::int64_t had,
               const std::function<void(std::int64_t)>& came, const CancelToken& cancel) {
    WebRequest request;
    request.url = remote.url;
    request.followsRedirects = true;
    request.certificates = remote.certificates;
    if (!remote.token.empty())
        request.fields.emplace_back("Authorization", "Bearer " + remote.token);
    if (had > 0) request.fields.emplace_back("Range", "bytes=" + std::to_string(had) + "-");
    std::int64_t size = had;
    bool isFirst = true;
    const WebHead head = sendWebRequest(
        request,
        [&](const WebHead& reply, std::string_view piece) {
            remote.checkStatus(reply);
            if (isFirst && reply.status == 200 && size > 0) {  // it knows no ranges
                into.empty();
                size = 0;
            }
            isFirst = false;
            size += static_cast<std::int64_t>(piece.size());
            if (size > remote.bytes) {
                into.empty();
                throw Error(ErrorCode::kModel, "more came of " + remote.name + " than there is",
                            "it was removed; ask again");
            }
            into.add(piece);
            came(size);
            return true;
        },
        cancel);
    if (head.status != 416) {
        remote.checkStatus(head);
    } else {
        into.empty();
    }
}

void waitALittle(int idle, const CancelToken& cancel) {
    constexpr auto kStep = std::chrono::milliseconds(50);
    for (int step = 0; step < idle * 10; ++step) {
        throwIfCancelled(cancel);
        std::this_thread::sleep_for(kStep);
    }
}

void fetchAll(const RemoteFile& remote, const UnfinishedFile& into,
              const std::function<void(std::int64_t)>& came, const CancelToken& cancel) {
    int idle = 0;  // tries since the last byte
    for (std::int64_t had = into.size(); had < remote.bytes; had = into.size()) {
        try {
            fetchRest(remote, into, had, came, cancel);
            if (into.size() <= had && ++idle >= kTriesWithoutAByte) {
                throw Error(ErrorCode::kModel, remote.source + " sends nothing of " + remote.name,
                            "try again later");
            }
        } catch (const WebFailure& failure) {
            const bool isLasting = failure.kind() == WebFailure::Kind::kUntrusted ||
                                   failure.kind() == WebFailure::Kind::kOther;
            idle = into.size() > had ? 0 : idle + 1;
            if (isLasting || idle >= kTriesWithoutAByte) throw;
            waitALittle(idle, cancel);
        }
    }
}

}  // namespace

void fetchVerified(const RemoteFile& remote, const fs::path& path,
                   const std::function<void(std::int64_t came)>& came, const CancelToken& cancel) {
    {
        const UnfinishedFile into(path);
        if (into.size() > remote.bytes) into.empty();
        fetchAll(remote, into, came, cancel);
        into.sync();
    }
    if (fileDigest(path, remote.digestKind, cancel) == remote.digest) return;
    std::error_code ignored;
    fs::remove(path, ignored);
    throw Error(ErrorCode::kModel,
                "what came of " + remote.name + " is not what " + remote.source + " says it is",
                "it was removed; ask again, and " + remote.wrongHint);
}

}  // namespace reelquery
