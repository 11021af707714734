#include <algorithm>
#include <catch2/catch.hpp>

#include "core/session/device_list.h"

namespace reelquery {

TEST_CASE("Exactly one listed device is chosen, it is usable, and the others say why not") {
    const std::vector<DeviceEntry> devices = listDevices();
    REQUIRE(devices.size() >= 2);  // the processor, and a card or why there is none
    CHECK(devices.front().kind == DeviceKind::kCpu);
    CHECK(devices.front().isUsable);
    const auto chosen = [](const DeviceEntry& device) { return device.isChosen; };
    REQUIRE(std::count_if(devices.begin(), devices.end(), chosen) == 1);
    CHECK(std::find_if(devices.begin(), devices.end(), chosen)->isUsable);
    for (const DeviceEntry& device : devices) {
        CAPTURE(device.name, device.note);
        CHECK_FALSE(device.name.empty());
        CHECK_FALSE(device.note.empty());
        if (device.isUsable) CHECK(device.memoryBytes > 0);
    }
    const bool hasCard = std::any_of(devices.begin(), devices.end(), [](const DeviceEntry& device) {
        return device.isUsable && device.kind == DeviceKind::kCuda;
    });
    CHECK(devices.front().isChosen == !hasCard);
}

}  // namespace reelquery
