#pragma once
// Whether the machine runs on its battery.

#include <QString>

namespace reelquery {

/// Where Linux tells of batteries and mains.
inline constexpr const char* kPowerSupplies = "/sys/class/power_supply";

/// Whether a battery of the machine itself is being emptied (not one of a mouse) and no mains is
/// connected. False where nothing is told. folder: as kPowerSupplies. Thread: any.
bool isOnBattery(const QString& folder = QString::fromLatin1(kPowerSupplies));

}  // namespace reelquery
