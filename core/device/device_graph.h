#pragma once
// A sequence of GPU work that was recorded once and is launched as a whole.

#include <functional>
#include <memory>
#include <string>

namespace reelquery {

/// Recorded work. Its tensors' memory is its own until it is destroyed.
class DeviceGraph {
  public:
    virtual ~DeviceGraph() = default;

    /// Launches it on torch's current stream of the card; does not wait.
    virtual void replay() = 0;
};

/// Runs `work` twice to warm the libraries up, then records what it launches on `card`. `work` must
/// do the same each time: no waiting, no sizes or values that come from the host.
/// Null with the reason in `problem` where graphs cannot be had; c10 errors of `work` pass through.
std::unique_ptr<DeviceGraph> recordGraph(int card, const std::function<void()>& work,
                                         std::string& problem);

/// The one function of the shared library reelquery_cuda_graph, which knows torch's CUDA classes.
using RecordGraph = DeviceGraph* (*)(int card, const std::function<void()>& work);
inline constexpr const char* kRecordGraphName = "reelqueryRecordGraph";

}  // namespace reelquery
