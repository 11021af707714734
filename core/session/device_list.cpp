#include "core/session/device_list.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/session/device.h"
#include "core/session/memory.h"

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

}  // namespace

std::vector<DeviceEntry> listDevices() {
    std::vector<DeviceEntry> devices = {processor()};
    std::error_code absent;
    for (const auto& card :
         std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", absent)) {
        DeviceEntry entry;
        entry.kind = DeviceKind::kCuda;
        entry.name = fieldOf(card.path() / "information", "Model");
        if (entry.name.empty()) entry.name = "NVIDIA card";
        entry.note = "found, but this version runs models on the processor only";
        devices.push_back(std::move(entry));
    }
    return devices;
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
