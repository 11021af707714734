#include "core/device/machine_load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace reelquery {

namespace {

std::optional<ProcessorTime> machineTime() {
    std::ifstream in("/proc/stat");
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    return parseProcessorTime(line, static_cast<double>(sysconf(_SC_CLK_TCK)));
}

double ownTimeS() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::optional<ProcessorTime> parseProcessorTime(std::string_view procStat, double ticksPerS) {
    std::istringstream line{std::string(procStat.substr(0, procStat.find('\n')))};
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0;
    line >> name >> user >> nice >> system >> idle >> ioWait >> irq >> softIrq >> steal;
    if (!line || name != "cpu" || ticksPerS <= 0) return std::nullopt;
    const double busy = user + nice + system + irq + softIrq + steal;
    return ProcessorTime{busy / ticksPerS, (busy + idle + ioWait) / ticksPerS};
}

MachineLoad::MachineLoad() : machine_(machineTime()), ownS_(ownTimeS()) {}

double MachineLoad::othersShare() const {
    const auto now = machineTime();
    if (!machine_ || !now || now->allS <= machine_->allS) return 0;
    const double others = now->busyS - machine_->busyS - (ownTimeS() - ownS_);
    return std::clamp(others / (now->allS - machine_->allS), 0.0, 1.0);
}

}  // namespace reelquery
