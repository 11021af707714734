#include "core/fetch/model_fetch.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/base/json_nesting.h"
#include "core/fetch/file_fetch.h"
#include "core/spec/model_spec.h"
#include "core/web/web_request.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

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

/// Fetches one file's content. `came`: how much of it is there.
void fetchFile(const FetchWish& wish, const HubListing& listing, const HubCache& cache,
               const HubFile& file, const std::function<void(std::int64_t came)>& came,
               const CancelToken& cancel) {
    const HubLock lock(wish.cache, wish.repository, file);
    if (cache.holds(file)) return;  // another process was quicker
    RemoteFile remote;
    remote.url = fileUrl(wish.access, listing, file);
    remote.name = file.name;
    remote.source = "the hub";
    remote.bytes = file.bytes;
    remote.digestKind = file.digestKind;
    remote.digest = file.digest;
    remote.certificates = wish.access.certificates;
    remote.token = wish.access.token;
    remote.wrongHint = "check HF_ENDPOINT if it happens again";
    remote.checkStatus = [&](const WebHead& head) { checkStatus(head, listing, file); };
    const fs::path path = cache.unfinished(file);
    fetchVerified(remote, path, came, cancel);
    std::error_code failed;
    fs::rename(path, cache.blob(file), failed);
    if (failed) {
        throw Error(ErrorCode::kModel,
                    "cannot name " + cache.blob(file).string() + ": " + failed.message());
    }
}

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
            fetchFile(
                wish, plan.listing, cache, file,
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
