// The shared library reelquery_cuda_graph: torch's CUDA graphs behind one function. It is opened
// after libtorch's GPU half, whose symbols it finds there, and linked with none of it.

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <map>
#include <mutex>

#include "core/device/device_graph.h"

namespace reelquery {

namespace {

std::mutex& recording() {
    static std::mutex mutex;
    return mutex;
}

/// The stream that everything is recorded on: another than the default one, as recording needs, and
/// always the same of a card. torch keeps a workspace of cuBLAS for every stream that ever
/// multiplied (32 MiB on Hopper) and never gives it back. Under recording()'s lock.
c10::cuda::CUDAStream recordingStream(c10::DeviceIndex device) {
    static std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
    const auto found = streams.find(device);
    if (found != streams.end()) return found->second;
    return streams.emplace(device, c10::cuda::getStreamFromPool(false, device)).first->second;
}

class TorchGraph final : public DeviceGraph {
  public:
    TorchGraph(int card, const std::function<void()>& work) {
        const auto device = static_cast<c10::DeviceIndex>(card);
        // What the work reads may still be on its way on the caller's stream.
        c10::cuda::getCurrentCUDAStream(device).synchronize();
        const std::lock_guard oneAtATime(recording());
        const c10::cuda::CUDAStream stream = recordingStream(device);
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
