#pragma once
// How much of the machine's processor time went to others while something was measured.

#include <optional>
#include <string_view>

namespace reelquery {

/// Processor time of the whole machine since its start, in seconds over all cores.
struct ProcessorTime {
    double busyS = 0;  ///< work of any process, and time that the host took from this machine
    double allS = 0;   ///< busyS and idle time
};

/// From the text of /proc/stat, with `ticksPerS` of sysconf(_SC_CLK_TCK); nothing where its first
/// line is another one.
std::optional<ProcessorTime> parseProcessorTime(std::string_view procStat, double ticksPerS);

/// Watches from its making on. Thread: any.
class MachineLoad {
  public:
    MachineLoad();

    /// Share of the machine's processor time since the start, 0 to 1, that neither this process
    /// used nor was idle. 0 where the system does not tell.
    double othersShare() const;

  private:
    std::optional<ProcessorTime> machine_;
    double ownS_ = 0;  // processor time of this process
};

}  // namespace reelquery
