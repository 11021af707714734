#include "core/device/cuda_driver.h"

#include <array>

#include "core/device/cuda_driver_library.h"

namespace reelquery {

namespace {

// The driver's C interface, spelled here so that building needs no CUDA headers. Names and numbers
// as in cuda.h; they are a stable binary interface.
constexpr int kErrorNoDevice = 100;
constexpr int kAttributeMajor = 75;
constexpr int kAttributeMinor = 76;

// libtorch 2.11 and the kernels are built with CUDA 13.0, which drivers run since 580.
constexpr int kNeededCuda = 13000;
constexpr const char* kNeededDriver = "580";
constexpr int kLeastMajor = 8;

CudaCard cardAt(const CudaDriverLibrary& driver, int index) {
    CudaCard card;
    card.index = index;
    int device = 0;
    std::array<char, 256> name{};
    std::size_t bytes = 0;
    if (driver.call("cuDeviceGet", &device, index) != CudaDriverLibrary::kSuccess) return card;
    if (driver.call("cuDeviceGetName", name.data(), static_cast<int>(name.size()) - 1, device) ==
        CudaDriverLibrary::kSuccess)
        card.name = name.data();
    if (driver.call("cuDeviceTotalMem_v2", &bytes, device) == CudaDriverLibrary::kSuccess)
        card.memoryBytes = static_cast<std::int64_t>(bytes);
    driver.call("cuDeviceGetAttribute", &card.major, kAttributeMajor, device);
    driver.call("cuDeviceGetAttribute", &card.minor, kAttributeMinor, device);
    return card;
}

}  // namespace

std::string cudaVersionText(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

CudaDriverReport askCudaDriver() {
    CudaDriverReport report;
    const CudaDriverLibrary driver;
    if (!driver.isOpen()) {
        report.problem = "no NVIDIA driver is installed (libcuda.so.1 was not found)";
        return report;
    }
    driver.call("cuDriverGetVersion", &report.version);
    int count = 0;
    const int started = driver.call("cuInit", 0u);
    if (started == kErrorNoDevice ||
        (started == CudaDriverLibrary::kSuccess &&
         driver.call("cuDeviceGetCount", &count) == CudaDriverLibrary::kSuccess && count == 0)) {
        report.problem = "the NVIDIA driver finds no card";
    } else if (started != CudaDriverLibrary::kSuccess) {
        report.problem = "the NVIDIA driver does not start (error " + std::to_string(started) +
                         "); after an update of the driver restart the machine";
    }
    for (int index = 0; index < count; ++index) report.cards.push_back(cardAt(driver, index));
    return report;
}

std::string whyUnusable(const CudaDriverReport& driver, const CudaCard& card) {
    if (driver.version < kNeededCuda) {
        return "the driver runs CUDA " + cudaVersionText(driver.version) + " and " +
               cudaVersionText(kNeededCuda) + " is needed; install NVIDIA driver " + kNeededDriver +
               " or later";
    }
    if (card.major < kLeastMajor) {
        return "its compute capability is " + std::to_string(card.major) + "." +
               std::to_string(card.minor) + " and 8.0 (Ampere) is the least";
    }
    return "";
}

const char* kernelsOf(const CudaCard& card) {
    return card.major == 9 ? "Hopper kernels" : "portable kernels";
}

}  // namespace reelquery
