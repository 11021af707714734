#pragma once
// What was measured on this machine, kept in a file between runs.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/attention/attention_costs.h"
#include "core/session/plan/run_speed.h"

namespace reelquery {

/// Costs of attention, measured once per device, number type, shape of heads and selector, and the
/// speed of the latest questions per device and number type. Confined to one thread.
///
/// The file is JSON with a version. A damaged file, another version or an entry that makes no
/// sense counts as never measured. Each change is written beside the file and renamed over it, so
/// that a kill leaves the old or the new one whole; where that fails nothing is lost but speed.
class Measurements {
  public:
    /// file: empty keeps everything in memory only.
    explicit Measurements(std::filesystem::path file = {});

    /// deviceName: ResolvedDevice::name.
    std::optional<AttentionCosts> attentionCosts(const std::string& deviceName,
                                                 const CostShape& shape) const;
    /// lasting: false keeps them out of the file, for the next run to measure again.
    void keep(const std::string& deviceName, const CostShape& shape, const AttentionCosts& costs,
              bool lasting = true);

    /// Oldest first. dtype: ResolvedDevice::dtype.
    std::vector<RunSpeed> runs(const std::string& deviceName, const std::string& dtype) const;
    void add(const std::string& deviceName, const std::string& dtype, RunSpeed run);

  private:
    void read();
    void write() const;

    const std::filesystem::path file_;
    std::map<std::string, AttentionCosts> costs_;
    std::set<std::string> passing_;  ///< keys of costs_ that the file does not get
    std::map<std::string, std::vector<RunSpeed>> runs_;
};

}  // namespace reelquery
