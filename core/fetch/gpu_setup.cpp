#include "core/fetch/gpu_setup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "core/base/environment.h"
#include "core/base/error.h"
#include "core/base/format_text.h"
#include "core/base/gpu_half_folder.h"
#include "core/fetch/file_fetch.h"
#include "core/fetch/wheel_archive.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kIndexFiles = "https://files.pythonhosted.org";

fs::path wheelFile(const fs::path& folder, const GpuWheel& wheel) {
    return folder / ".fetch" / (wheel.name + "-" + wheel.version + ".whl");
}

fs::path stampOf(const fs::path& folder, const GpuWheel& wheel) {
    return folder / ".done" / (wheel.name + "-" + wheel.version);
}

void makeFolder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
        throw Error(ErrorCode::kModel, "cannot make " + folder.string() + ": " + failed.message(),
                    "check whose it is, or set XDG_DATA_HOME to another folder");
    }
}

void writeStamp(const fs::path& stamp) {
    std::ofstream out(stamp);
    out.close();
    if (!out) {
        throw Error(ErrorCode::kMemory, "cannot write " + stamp.string(),
                    "free some room, then ask again: what was fetched is kept");
    }
}

/// torch's libraries but those of its processor half, which the program brings; of CUDA's wheels
/// their libraries.
bool isWanted(const std::string& member) {
    if (member.find(".so") == std::string::npos) return false;
    if (member.rfind("nvidia/", 0) == 0) return member.find("/lib/") != std::string::npos;
    for (const char* library :
         {"torch_cuda", "torch_cuda_linalg", "torch_nvshmem", "c10_cuda", "caffe2_nvrtc"}) {
        if (member == std::string("torch/lib/lib") + library + ".so") return true;
    }
    return false;
}

/// Keeps another program out while this one is at it.
class FolderLock {
  public:
    explicit FolderLock(const fs::path& folder)
        : descriptor_(::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
        if (descriptor_ >= 0) ::close(descriptor_);
        throw Error(ErrorCode::kModel, "another program is fetching into " + folder.string(),
                    "wait for it to end, then ask again");
    }

    ~FolderLock() { ::close(descriptor_); }

    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    const int descriptor_;
};

void fetchWheel(const GpuSetupWish& wish, const GpuWheel& wheel,
                const std::function<void(std::int64_t came)>& came, const CancelToken& cancel) {
    RemoteFile remote;
    remote.url = wish.host + "/" + wheel.path;
    remote.name = wheel.name + " " + wheel.version;
    remote.source = "this program";
    remote.bytes = wheel.bytes;
    remote.digest = wheel.sha256;
    remote.certificates = wish.certificates;
    remote.wrongHint = "do not use that host if it happens again";
    remote.checkStatus = [&](const WebHead& head) {
        if (head.status == 200 || head.status == 206) return;
        throw Error(ErrorCode::kModel,
                    hostOf(wish.host) + " answers with status " + std::to_string(head.status) +
                        " for " + wheel.name,
                    "try again later");
    };
    const fs::path file = wheelFile(wish.folder, wheel);
    fetchVerified(remote, file, came, cancel);
    if (unpackWheel(file, wish.folder, isWanted, cancel) == 0) {
        throw Error(ErrorCode::kModel, wheel.name + " holds no library that is needed",
                    "please report this");
    }
    writeStamp(stampOf(wish.folder, wheel));
    std::error_code ignored;
    fs::remove(file, ignored);
}

}  // namespace

GpuSetupWish usualGpuSetup() {
    GpuSetupWish wish;
    wish.folder = gpuHalfFolder();
    if (wish.folder.empty()) {
        throw Error(ErrorCode::kUsage, "there is no folder to fetch into",
                    "set HOME or XDG_DATA_HOME");
    }
    wish.wheels = gpuWheels();
    wish.host = environment("REELQUERY_WHEELS");
    if (wish.host.empty()) wish.host = kIndexFiles;
    while (!wish.host.empty() && wish.host.back() == '/') wish.host.pop_back();
    wish.certificates = environment("REQUESTS_CA_BUNDLE");
    if (wish.certificates.empty()) wish.certificates = environment("CURL_CA_BUNDLE");
    return wish;
}

bool GpuSetupPlan::fitsOnDisk() const {
    return missing.empty() || diskBytes + kDiskReserve <= freeBytes;
}

bool isGpuHalfHere(const fs::path& folder) {
    std::error_code absent;
    return !folder.empty() && fs::exists(folder / kGpuHalfComplete, absent);
}

GpuSetupPlan planGpuSetup(const GpuSetupWish& wish) {
    GpuSetupPlan plan;
    std::error_code absent;
    std::int64_t largest = 0;
    for (const GpuWheel& wheel : wish.wheels) {
        plan.bytes += wheel.bytes;
        if (fs::exists(stampOf(wish.folder, wheel), absent)) continue;
        const auto had = fs::file_size(wheelFile(wish.folder, wheel), absent);
        const std::int64_t kept =
            absent ? 0 : std::min(static_cast<std::int64_t>(had), wheel.bytes);
        plan.missing.push_back(wheel);
        plan.missingBytes += wheel.bytes - kept;
        plan.diskBytes += wheel.unpackedBytes;
        largest = std::max(largest, wheel.bytes - kept);
    }
    plan.diskBytes += largest;
    // The nearest folder that is there tells the disk.
    fs::path there = wish.folder;
    while (!there.empty() && !fs::exists(there, absent) && there != there.parent_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, absent);
    plan.freeBytes = absent ? 0 : static_cast<std::int64_t>(space.available);
    return plan;
}

void runGpuSetup(const GpuSetupWish& wish, const GpuSetupPlan& plan,
                 const std::function<void(const FetchProgress&)>& progress,
                 const CancelToken& cancel) {
    if (!plan.fitsOnDisk()) {
        throw Error(ErrorCode::kMemory,
                    gibText(plan.diskBytes) + " are needed, and the disk of " +
                        wish.folder.string() + " has " + gibText(plan.freeBytes) + " free",
                    "free some room, or set XDG_DATA_HOME to a folder on another disk");
    }
    makeFolder(wish.folder / ".fetch");
    makeFolder(wish.folder / ".done");
    const FolderLock lock(wish.folder);
    FetchProgress told{0, plan.bytes, {}};
    for (const GpuWheel& wheel : wish.wheels) {
        std::error_code absent;
        const std::int64_t before = told.doneBytes;
        told.file = wheel.name;
        if (!fs::exists(stampOf(wish.folder, wheel), absent)) {
            fetchWheel(
                wish, wheel,
                [&](std::int64_t came) {
                    told.doneBytes = before + came;
                    progress(told);
                },
                cancel);
        }
        told.doneBytes = before + wheel.bytes;
        progress(told);
    }
    std::error_code ignored;
    fs::remove_all(wish.folder / ".fetch", ignored);
    writeStamp(wish.folder / kGpuHalfComplete);
}

}  // namespace reelquery
