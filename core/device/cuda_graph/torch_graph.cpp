// The shared library reelquery_cuda_graph: torch's CUDA graphs behind one function. It is opened
// after libtorch's GPU half, whose symbols it finds there, and linked with none of it.

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "core/device/device_graph.h"

namespace reelquery {

namespace {

class TorchGraph final : public DeviceGraph {
  public:
    TorchGraph(int card, const std::function<void()>& work) {
        const auto device = static_cast<c10::DeviceIndex>(card);
        // What the work reads may still be on its way on the caller's stream.
        c10::cuda::getCurrentCUDAStream(device).synchronize();
        // Recording needs a stream other than the default one.
        const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool(false, device);
        const c10::cuda::CUDAStreamGuard guard(stream);
        // Libraries allocate their workspaces at the first calls on a stream, which a recording
        // may not.
        for (int run = 0; run < 2; ++run) work();
        stream.synchronize();
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            abandon();
            throw;
        }
        graph_.capture_end();
        stream.synchronize();
    }

    void replay() override { graph_.replay(); }

  private:
    // Leaves the stream usable; the error that led here is the one to report.
    void abandon() noexcept {
        try {
            graph_.capture_end();
        } catch (const std::exception&) {
        }
    }

    at::cuda::CUDAGraph graph_;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) DeviceGraph* reelqueryRecordGraph(
    int card, const std::function<void()>& work) {
    return std::make_unique<TorchGraph>(card, work).release();
}

}  // namespace reelquery
