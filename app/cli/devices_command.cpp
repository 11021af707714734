// reelquery devices: what was found, what is chosen, and why not the others.

#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/report_format.h"
#include "core/session/device_list.h"

namespace reelquery {

Command addDevicesCommand(CLI::App& app) {
    app.add_subcommand("devices", "List what models can run on here, and why not on the rest");
    return [] {
        for (const DeviceEntry& device : listDevices()) {
            const char* verdict = device.isChosen   ? "chosen"
                                  : device.isUsable ? "usable"
                                                    : "unusable";
            std::printf("%-9s %-44s %10s  %s\n", verdict, device.name.c_str(),
                        device.memoryBytes > 0 ? formatBytes(device.memoryBytes).c_str() : "",
                        device.note.c_str());
        }
        return kExitAnswered;
    };
}

}  // namespace reelquery
