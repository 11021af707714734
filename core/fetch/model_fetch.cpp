#include "core/fetch/model_fetch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/base/json_nesting.h"
#include "core/spec/model_spec.h"
#include "core/web/web_request.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kDiskReserve = std::int64_t{256} << 20;  // left free for everybody else
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

/// Throws for a reply that is no content.
void checkStatus(const WebHead& head, const HubListing& listing, const HubFile& file) {
    if (head.status == 200 || head.status == 206) return;
    if (head.status == 401 || head.status == 403) {
        throw Error(ErrorCode::kModel,
                    listing.repository + " is for those who agreed to its licence",
                    "agree on its page, then set HF_TOKEN to a token of yours");
    }
    throw Error(ErrorCode::kModel,
                "the hub answers with status " + std::to_string(head.status) + " for " + file.name,
                "try again later");
}

/// Fetches one file's content.
class FileFetch {
  public:
    FileFetch(const FetchWish& wish, const HubListing& listing, const HubCache& cache,
              const HubFile& file)
        : wish_(wish), listing_(listing), cache_(cache), file_(file) {}

    /// `came`: how much of the file is there.
    void run(const std::function<void(std::int64_t came)>& came, const CancelToken& cancel) {
        const HubLock lock(wish_.cache, wish_.repository, file_);
        if (cache_.holds(file_)) return;  // another process was quicker
        const fs::path path = cache_.unfinished(file_);
        {
            const UnfinishedFile into(path);
            if (into.size() > file_.bytes) into.empty();
            fetchAll(into, came, cancel);
            into.sync();
        }
        if (fileDigest(path, file_.digestKind, cancel) != file_.digest) {
            std::error_code ignored;
            fs::remove(path, ignored);
            throw Error(ErrorCode::kModel,
                        "what came of " + file_.name + " is not what the hub says it is",
                        "it was removed; ask again, and check HF_ENDPOINT if it happens again");
        }
        std::error_code failed;
        fs::rename(path, cache_.blob(file_), failed);
        if (failed) {
            throw Error(ErrorCode::kModel,
                        "cannot name " + cache_.blob(file_).string() + ": " + failed.message());
        }
    }

  private:
    void fetchAll(const UnfinishedFile& into, const std::function<void(std::int64_t)>& came,
                  const CancelToken& cancel) const {
        int idle = 0;  // tries since the last byte
        for (std::int64_t had = into.size(); had < file_.bytes; had = into.size()) {
            try {
                fetchRest(into, had, came, cancel);
                if (into.size() <= had && ++idle >= kTriesWithoutAByte) {
                    throw Error(ErrorCode::kModel, "the hub sends nothing of " + file_.name,
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

    void fetchRest(const UnfinishedFile& into, std::int64_t had,
                   const std::function<void(std::int64_t)>& came, const CancelToken& cancel) const {
        WebRequest request;
        request.url = fileUrl(wish_.access, listing_, file_);
        request.followsRedirects = true;
        request.certificates = wish_.access.certificates;
        if (!wish_.access.token.empty()) {
            request.fields.emplace_back("Authorization", "Bearer " + wish_.access.token);
        }
        if (had > 0) request.fields.emplace_back("Range", "bytes=" + std::to_string(had) + "-");
        std::int64_t size = had;
        bool isFirst = true;
        const WebHead head = sendWebRequest(
            request,
            [&](const WebHead& reply, std::string_view piece) {
                checkStatus(reply, listing_, file_);
                if (isFirst && reply.status == 200 && size > 0) {  // it knows no ranges
                    into.empty();
                    size = 0;
                }
                isFirst = false;
                size += static_cast<std::int64_t>(piece.size());
                if (size > file_.bytes) {
                    into.empty();
                    throw Error(ErrorCode::kModel, "more came of " + file_.name + " than there is",
                                "it was removed; ask again");
                }
                into.add(piece);
                came(size);
                return true;
            },
            cancel);
        if (head.status != 416) {
            checkStatus(head, listing_, file_);
        } else {
            into.empty();
        }
    }

    static void waitALittle(int idle, const CancelToken& cancel) {
        constexpr auto kStep = std::chrono::milliseconds(50);
        for (int step = 0; step < idle * 10; ++step) {
            throwIfCancelled(cancel);
            std::this_thread::sleep_for(kStep);
        }
    }

    const FetchWish& wish_;
    const HubListing& listing_;
    const HubCache& cache_;
    const HubFile& file_;
};

/// Refuses a family that cannot be run, as config.json names it.
void checkFamily(const HubCache& cache, const HubFile& config, const std::string& repository) {
    std::ifstream in(cache.blob(config));
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    nlohmann::json json;
    if (!nestsDeeperThan(text)) json = nlohmann::json::parse(text, nullptr, false);
    const nlohmann::json type =
        json.is_object() ? json.value("model_type", nlohmann::json()) : json;
    const std::string name = type.is_string() ? type.get<std::string>() : std::string();
    if (findModelSpec(name) || name == kSpeechModelType) return;
    const std::string what = unsupportedModel(name);
    throw Error(ErrorCode::kModel,
                repository + (what.empty() ? " is of a family ('" + name + "') that cannot be run"
                                           : " is " + what + "; it cannot be run"),
                "only " + modelSpecNames() + " can; --anyway fetches it all the same");
}

}  // namespace

bool FetchPlan::fitsOnDisk() const {
    return missingBytes == 0 || missingBytes + kDiskReserve <= freeBytes;
}

FetchPlan planFetch(const FetchWish& wish, const CancelToken& cancel) {
    FetchPlan plan;
    plan.listing = fetchListing(wish.access, wish.repository, wish.revision, cancel);
    plan.files = neededFiles(plan.listing, wish.gguf);
    std::stable_sort(plan.files.begin(), plan.files.end(),
                     [](const HubFile& a, const HubFile& b) { return a.bytes < b.bytes; });
    const HubCache cache(wish.cache, wish.repository);
    for (const HubFile& file : plan.files) {
        plan.bytes += file.bytes;
        if (cache.holds(file)) continue;
        std::error_code absent;
        const auto had = fs::file_size(cache.unfinished(file), absent);
        const std::int64_t kept = absent ? 0 : static_cast<std::int64_t>(had);
        plan.missingBytes += file.bytes - (kept <= file.bytes ? kept : 0);
    }
    plan.freeBytes = cache.freeBytes();
    return plan;
}

fs::path fetchModel(const FetchWish& wish, const FetchPlan& plan, bool takeAnyway,
                    const std::function<void(const FetchProgress&)>& progress,
                    const CancelToken& cancel) {
    if (!plan.fitsOnDisk()) {
        throw Error(ErrorCode::kMemory,
                    gibText(plan.missingBytes) + " are missing, and the disk of " +
                        wish.cache.string() + " has " + gibText(plan.freeBytes) + " free",
                    "free some room, or set HF_HUB_CACHE to a folder on another disk");
    }
    const HubCache cache(wish.cache, wish.repository);
    cache.prepare();
    FetchProgress told{0, plan.bytes, {}};
    for (const HubFile& file : plan.files) {
        told.file = file.name;
        const std::int64_t before = told.doneBytes;
        if (!cache.holds(file)) {
            FileFetch(wish, plan.listing, cache, file)
                .run(
                    [&](std::int64_t came) {
                        told.doneBytes = before + came;
                        progress(told);
                    },
                    cancel);
        }
        told.doneBytes = before + file.bytes;
        progress(told);
        if (file.name == "config.json" && !takeAnyway) checkFamily(cache, file, wish.repository);
    }
    return cache.publish(plan.listing, plan.files, wish.revision);
}

}  // namespace reelquery
