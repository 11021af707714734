#pragma once
// What a device has to offer for dense and block-sparse attention; the backends are written on it.

#include <ATen/ATen.h>
#include <c10/core/Event.h>

#include <chrono>
#include <memory>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/attention/selected_blocks.h"
#include "core/base/run_options.h"
#include "kernels/block_layout.h"

namespace reelquery {

/// A point in a device's work: a time where calls return when their work is done, else a recorded
/// event, which costs the device nothing and makes nobody wait.
struct WorkMark {
    std::chrono::steady_clock::time_point time;
    std::shared_ptr<c10::Event> event;  ///< null on the CPU

    bool isAhead() const { return event != nullptr; }
};

/// Milliseconds of work between two marks of one device. Waits until the later one was reached.
double elapsedMs(const WorkMark& from, const WorkMark& to);

/// Waits until a mark was reached.
void waitFor(const WorkMark& mark);

/// Immutable but for its scratch memory: one call at a time.
class AttentionKernels {
  public:
    virtual ~AttentionKernels() = default;

    /// Attention over every visible key. Returns [Lq, Hq*D]. Errors: as AttentionBackend::attend.
    virtual at::Tensor dense(const AttentionCall& call) const = 0;

    /// Scores and chooses blocks as XAttention does.
    virtual SelectedBlocks select(const AttentionCall& call,
                                  const kernels::SelectionParams& params) const = 0;

    /// Attention over the chosen blocks. Returns [Lq, Hq*D].
    virtual at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const = 0;

    /// The point behind everything asked of this device so far: a call's is its tensors'.
    virtual WorkMark mark(const at::Device& device) const = 0;

    /// Why select() and sparse() cannot serve inputs of this type and head dimension; empty where
    /// they can.
    virtual std::string whyNotSparse(bool bfloat16, int headDim) const = 0;
};

/// The kernels of a device (kCpu or kCuda, found usable before).
std::unique_ptr<AttentionKernels> makeAttentionKernels(DeviceKind device);

}  // namespace reelquery
