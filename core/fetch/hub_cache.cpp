#include "core/fetch/hub_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "core/base/environment.h"
#include "core/base/error.h"
#include "core/base/replace_file.h"
#include "core/base/user_folder.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

std::string folderName(const std::string& repository) {
    std::string name = "models--" + repository;
    name.replace(name.find('/'), 1, "--");
    return name;
}

[[noreturn]] void refuseDisk(const fs::path& where, const std::error_code& why) {
    throw Error(ErrorCode::kModel, where.string() + " cannot be written: " + why.message(),
                "check the folder's owner and its disk, or set HF_HUB_CACHE to another");
}

void makeFolders(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) refuseDisk(folder, failed);
}

/// A link in a snapshot to a content, relative, as the hub's tools make them.
void makeLink(const fs::path& snapshot, const HubFile& file) {
    const fs::path link = snapshot / file.name;
    makeFolders(link.parent_path());
    fs::path target = fs::path("..") / "..";
    for (const char c : file.name)
        if (c == '/') target /= "..";
    target /= fs::path("blobs") / file.digest;
    std::error_code failed;
    if (fs::is_symlink(link, failed) && fs::read_symlink(link, failed) == target) return;
    fs::remove(link, failed);
    fs::create_symlink(target, link, failed);
    if (failed) refuseDisk(link, failed);
}

}  // namespace

fs::path hubCacheFolder() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (const std::string folder = environment(name); !folder.empty()) return folder;
    if (const std::string home = environment("HF_HOME"); !home.empty())
        return fs::path(home) / "hub";
    if (const fs::path cache = userFolder("XDG_CACHE_HOME", ".cache"); !cache.empty())
        return cache / "huggingface" / "hub";
    throw Error(ErrorCode::kUsage, "there is no home folder to keep models in", "set HF_HUB_CACHE");
}

HubCache::HubCache(fs::path cache, const std::string& repository)
    : folder_(std::move(cache) / folderName(repository)) {}

fs::path HubCache::blob(const HubFile& file) const {
    return folder_ / "blobs" / file.digest;
}

fs::path HubCache::unfinished(const HubFile& file) const {
    return folder_ / "blobs" / (file.digest + ".incomplete");
}

bool HubCache::holds(const HubFile& file) const {
    std::error_code failed;
    const auto bytes = fs::file_size(blob(file), failed);
    return !failed && static_cast<std::int64_t>(bytes) == file.bytes;
}

void HubCache::prepare() const {
    for (const char* part : {"blobs", "snapshots", "refs"}) makeFolders(folder_ / part);
}

fs::path HubCache::publish(const HubListing& listing, const std::vector<HubFile>& files,
                           const std::string& revision) const {
    const fs::path snapshot = folder_ / "snapshots" / listing.commit;
    std::error_code failed;
    if (fs::exists(snapshot, failed)) {
        // Another tool's, maybe of some files only: config.json, by which a model is known, last.
        for (const HubFile& file : files)
            if (file.name != "config.json") makeLink(snapshot, file);
        for (const HubFile& file : files)
            if (file.name == "config.json") makeLink(snapshot, file);
    } else {
        const fs::path made = folder_ / "unfinished" / listing.commit;
        fs::remove_all(made, failed);
        for (const HubFile& file : files) makeLink(made, file);
        fs::rename(made, snapshot, failed);
        if (failed) refuseDisk(snapshot, failed);
        fs::remove(folder_ / "unfinished", failed);
    }
    const fs::path ref = folder_ / "refs" / revision;
    makeFolders(ref.parent_path());
    if (!replaceFile(ref, [&](std::ostream& out) { out << listing.commit; })) {
        refuseDisk(ref, std::make_error_code(std::errc::io_error));
    }
    return snapshot;
}

std::int64_t HubCache::freeBytes() const {
    fs::path there = folder_;
    std::error_code failed;
    while (!fs::exists(there, failed) && there.has_parent_path() && there != there.root_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, failed);
    return failed ? 0 : static_cast<std::int64_t>(space.available);
}

HubLock::HubLock(const fs::path& cache, const std::string& repository, const HubFile& file) {
    const fs::path folder = cache / ".locks" / folderName(repository);
    makeFolders(folder);
    const fs::path lock = folder / (file.digest + ".lock");
    descriptor_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) refuseDisk(lock, {errno, std::generic_category()});
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(descriptor_);
    throw Error(ErrorCode::kModel, "another program is fetching " + file.name + " of " + repository,
                "wait for it to end, then ask again");
}

HubLock::~HubLock() {
    ::close(descriptor_);  // which unlocks it; the file stays, as others may wait for it
}

}  // namespace reelquery
