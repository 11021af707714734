#include "core/session/device_list.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/device/cuda_libraries.h"
#include "core/device/cuda_memory.h"
#include "core/device/device.h"
#include "core/device/host_memory.h"

namespace reelquery {

namespace {

/// The text after "key :" in a file of such lines; empty where it is absent.
std::string fieldOf(const std::filesystem::path& file, const std::string& key) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.rfind(key, 0) != 0) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::size_t text = line.find_first_not_of(" \t", colon + 1);
        return text == std::string::npos ? "" : line.substr(text);
    }
    return "";
}

DeviceEntry processor() {
    DeviceEntry entry;
    const std::string model = fieldOf("/proc/cpuinfo", "model name");
    entry.name = (model.empty() ? "processor" : model) + ", " +
                 std::to_string(std::thread::hardware_concurrency()) + " threads";
    entry.memoryBytes = availableMemoryBytes();
    entry.isUsable = true;
    entry.note = "runs models in " + resolveDevice(DeviceKind::kCpu, DtypeChoice::kAuto).dtype;
    return entry;
}

DeviceEntry cardEntry(const CudaLibraries& libraries, const CudaCardState& state) {
    const CudaCard& card = state.card;
    DeviceEntry entry;
    entry.kind = DeviceKind::kCuda;
    entry.name = card.name.empty() ? "NVIDIA card" : card.name;
    entry.isUsable = state.problem.empty();
    entry.memoryBytes = entry.isUsable ? cudaFreeBytes(card.index) : 0;
    if (!entry.isUsable) {
        entry.note = state.problem;
        return entry;
    }
    entry.note = "runs models in bfloat16, driver for CUDA " + libraries.driverCuda +
                 ", compute capability " + std::to_string(card.major) + "." +
                 std::to_string(card.minor) + ", ";
    entry.note += libraries.kernelsProblem.empty()
                      ? kernelsOf(card)
                      : "torch's attention only: " + libraries.kernelsProblem;
    return entry;
}

}  // namespace

std::vector<DeviceEntry> listDevices() {
    const CudaLibraries& libraries = cudaLibraries();
    std::vector<DeviceEntry> devices = {processor()};
    for (const CudaCardState& state : libraries.cards)
        devices.push_back(cardEntry(libraries, state));
    if (libraries.cards.empty()) {
        DeviceEntry none;
        none.kind = DeviceKind::kCuda;
        none.name = "NVIDIA GPU";
        none.note = libraries.driverProblem;
        devices.push_back(std::move(none));
    }
    const CudaCardState* chosen = libraries.usable();
    DeviceEntry& used =
        chosen ? devices[static_cast<std::size_t>(1 + (chosen - libraries.cards.data()))]
               : devices.front();
    used.isChosen = true;
    return devices;
}

bool isGpuHalfMissing() {
    return cudaLibraries().isGpuHalfMissing;
}

std::string machineName() {
    std::string names;
    for (const DeviceEntry& device : listDevices()) {
        if (device.isUsable) names += (names.empty() ? "" : "; ") + device.name;
    }
    return names;
}

std::string processorClock() {
    const std::string megahertz = fieldOf("/proc/cpuinfo", "cpu MHz");
    if (megahertz.empty()) return "";
    return megahertz.substr(0, megahertz.find('.')) + " MHz";
}

}  // namespace reelquery
