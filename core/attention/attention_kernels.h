#pragma once
// What a device has to offer for dense and block-sparse attention; the backends are written on it.
// Symbols: Hq query heads, NQ query blocks, NK key blocks.

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "core/attention/attention_backend.h"
#include "core/base/run_options.h"
#include "kernels/block_layout.h"

namespace reelquery {

/// Block lists where the device can read them, and what choosing them took.
struct SelectedBlocks {
    at::Tensor columns;    ///< [Hq, NQ, NK] 16-bit; see kernels::BlockLists
    at::Tensor counts;     ///< [Hq, NQ] int32
    at::Tensor keptShare;  ///< [Hq, NQ] float32, kept share of each row's estimated mass
    double selectMs = 0;   ///< the part of the wall time that went into choosing, where known
};

/// Immutable but for its scratch memory: one call at a time.
class AttentionKernels {
  public:
    virtual ~AttentionKernels() = default;

    /// Attention over every visible key. Returns [Lq, Hq*D]. Errors: as AttentionBackend::attend.
    virtual at::Tensor dense(const AttentionCall& call) const = 0;

    /// Scores and chooses blocks.
    virtual SelectedBlocks select(const AttentionCall& call,
                                  const kernels::SelectionParams& params) const = 0;

    /// Attention over the chosen blocks. Returns [Lq, Hq*D].
    virtual at::Tensor sparse(const AttentionCall& call, const SelectedBlocks& blocks) const = 0;

    /// Returns once everything asked for has been computed, so that a clock can be read.
    virtual void finish() const = 0;
};

/// The kernels of a device; torch's own where this program has none for it.
std::unique_ptr<AttentionKernels> makeAttentionKernels(DeviceKind device);

}  // namespace reelquery
