#include "core/device/cuda_libraries.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/base/gpu_half_folder.h"
#include "core/base/run_log.h"

namespace reelquery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kGpuHalfHint = "'reelquery gpu setup' fetches it";

/// Folder of the libtorch this program runs on.
fs::path torchFolder() {
    Dl_info found{};
    // Any function of libtorch_cpu tells where it lies.
    dladdr(reinterpret_cast<const void*>(&at::init_num_threads), &found);
    return found.dli_fname ? fs::path(found.dli_fname).parent_path() : fs::path();
}

/// Opens libtorch's CUDA half with its symbols visible to what is opened later. Returns why not.
std::string openTorchCuda() {
    fs::path library = torchFolder() / "libtorch_cuda.so";
    const fs::path own = gpuHalfFolder();
    std::error_code absent;
    // A user's own copy counts once all of it came.
    if (!fs::exists(library, absent) && !own.empty() &&
        fs::exists(own / kGpuHalfComplete, absent)) {
        library = own / "torch" / "lib" / "libtorch_cuda.so";
    }
    if (!fs::exists(library, absent)) {
        return "libtorch's GPU half is missing (" + library.string() + "); " + kGpuHalfHint;
    }
    // cuDNN's attention, torch's first choice on Hopper, plans for half a second at every new
    // shape: each size of a video, and its last group of frames. 0 in the environment asks for it
    // anyway.
    setenv("TORCH_CUDNN_SDPA_DEPRIORITIZED", "1", 0);
    if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
        const char* why = dlerror();
        return "libtorch's GPU half does not load (" + std::string(why ? why : "no reason given") +
               "); " + kGpuHalfHint;
    }
    return "";
}

std::string openKernels(CudaKernelTable& table) {
    std::string problem;
    void* library = openOwnLibrary("libreelquery_cuda.so", problem);
    if (!library) return problem;
    const auto find = [&](auto& function, const char* name) {
        function =
            reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    };
    find(table.images, "reelqueryCudaImages");
    find(table.probe, "reelqueryCudaProbe");
    find(table.workspaceBytes, "reelqueryCudaWorkspaceBytes");
    find(table.prefill, "reelqueryCudaPrefill");
    find(table.select, "reelqueryCudaSelect");
    find(table.decodeWorkspaceBytes, "reelqueryCudaDecodeWorkspaceBytes");
    find(table.decode, "reelqueryCudaDecode");
    find(table.rotate, "reelqueryCudaRotate");
    find(table.gate, "reelqueryCudaGate");
    find(table.norm, "reelqueryCudaNorm");
    find(table.retile, "reelqueryCudaRetile");
    find(table.fewRows, "reelqueryCudaFewRows");
    find(table.bf16Row, "reelqueryCudaBf16Row");
    find(table.unpack, "reelqueryCudaUnpack");
    find(table.fp8Rows, "reelqueryCudaFp8Rows");
    find(table.fp8Codes, "reelqueryCudaFp8Codes");
    find(table.int8Pack, "reelqueryCudaInt8Pack");
    find(table.int8Unpack, "reelqueryCudaInt8Unpack");
    find(table.int8Decode, "reelqueryCudaInt8Decode");
    return table.isComplete() ? "" : "libreelquery_cuda.so is of another version of this program";
}

CudaLibraries open() {
    CudaLibraries found;
    const CudaDriverReport driver = askCudaDriver();
    found.driverProblem = driver.problem;
    if (driver.version > 0) found.driverCuda = cudaVersionText(driver.version);
    bool isAnyUsable = false;
    for (const CudaCard& card : driver.cards) {
        found.cards.push_back({card, whyUnusable(driver, card)});
        isAnyUsable = isAnyUsable || found.cards.back().problem.empty();
    }
    if (!isAnyUsable) return found;
    const std::string torchProblem = openTorchCuda();
    found.isGpuHalfMissing = !torchProblem.empty();
    for (CudaCardState& state : found.cards) {
        if (state.problem.empty()) state.problem = torchProblem;
    }
    if (!torchProblem.empty()) return found;
    found.kernelsProblem = openKernels(found.kernels);
    if (found.kernelsProblem.empty())
        found.kernelsProblem = whyNoKernels(found.cards, found.kernels);
    if (!found.kernelsProblem.empty()) found.kernels = {};
    return found;
}

}  // namespace

const CudaCardState* CudaLibraries::usable(int index) const {
    for (const CudaCardState& state : cards) {
        if (state.problem.empty() && (index < 0 || state.card.index == index)) return &state;
    }
    return nullptr;
}

std::string CudaLibraries::whyNone() const {
    if (usable()) return "";
    if (cards.empty()) return driverProblem;
    return cards.front().card.name + ": " + cards.front().problem;
}

const CudaLibraries& cudaLibraries() {
    // What a process has opened is one fact of the process; it never changes after the first look.
    static const CudaLibraries kOpened = [] {
        CudaLibraries opened = open();
        if (!opened.driverProblem.empty())
            writeLog(LogLevel::kDetail, "device", opened.driverProblem);
        for (const auto& [card, problem] : opened.cards)
            writeLog(problem.empty() ? LogLevel::kInfo : LogLevel::kWarning, "device",
                     card.name + ": " + (problem.empty() ? "usable" : problem));
        if (!opened.kernelsProblem.empty())
            writeLog(LogLevel::kWarning, "device", opened.kernelsProblem);
        return opened;
    }();
    return kOpened;
}

std::string whyNoKernels(const std::vector<CudaCardState>& cards, const CudaKernelTable& table) {
    std::set<std::pair<int, int>> asked;  // compute capabilities
    for (const auto& [card, problem] : cards) {
        if (!problem.empty() || !asked.emplace(card.major, card.minor).second) continue;
        kernels::Status status;
        switch (table.images(card.major, card.minor)) {
            case kernels::CudaImages::kImage:
                continue;
            case kernels::CudaImages::kPtx:
                // A thread of its own: the probe changes its thread's current card.
                std::thread([&, index = card.index] {
                    status = table.probe(index, kernels::CudaPath::kAuto);
                }).join();
                break;
            case kernels::CudaImages::kNone:
                status = {kernels::StatusCode::kUnsupported,
                          "it holds no kernels for this architecture"};
        }
        if (status.ok()) continue;
        return "libreelquery_cuda.so does not run on " + card.name + " (compute capability " +
               std::to_string(card.major) + "." + std::to_string(card.minor) +
               "): " + status.message +
               (status.code == kernels::StatusCode::kUnsupported
                    ? "; update Reelquery or the NVIDIA driver"
                    : "");
    }
    return "";
}

void* openOwnLibrary(const std::string& file, std::string& problem) {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const fs::path& folder :
         {program / "../lib", program / "../../lib", program, fs::path()}) {
        const fs::path candidate = folder.empty() ? fs::path(file) : folder / file;
        if (!folder.empty() && !fs::exists(candidate, failed)) continue;
        if (void* library = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
        const char* why = dlerror();
        problem = file + " does not load: " + (why ? why : "no reason given");
    }
    return nullptr;
}

}  // namespace reelquery
