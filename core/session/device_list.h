#pragma once
// What models could run on in this machine.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/run_options.h"

namespace reelquery {

/// Whether a card is here that could be used but for libtorch's GPU half. As listDevices. Thread:
/// any.
bool isGpuHalfMissing();

/// A processor or a card, usable or not.
struct DeviceEntry {
    std::string name;  ///< "AMD EPYC, 2 threads", "NVIDIA H100 80GB HBM3"
    DeviceKind kind = DeviceKind::kCpu;
    std::int64_t memoryBytes = 0;  ///< free now; 0 when unknown
    bool isUsable = false;
    bool isChosen = false;  ///< taken where nobody asks for another
    std::string note;       ///< number type it runs in, or why it is not usable
};

/// The processor first, then every NVIDIA card the driver shows, or one entry that says why there
/// is none. Opens the program's GPU half where a card is usable, which takes a second or two the
/// first time. Thread: any.
std::vector<DeviceEntry> listDevices();

/// The processor and the usable cards on one line, for reports. Thread: any.
std::string machineName();

/// "2596 MHz" as the system reports it for the first core now; empty where it does not.
std::string processorClock();

}  // namespace reelquery
