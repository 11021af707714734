#pragma once
// Collects what calls did while a device may still be doing it.

#include <functional>
#include <vector>

#include "core/attention/attention_kernels.h"
#include "core/attention/attention_stats.h"

namespace reelquery {

/// Belongs to whoever reads a prompt. Confined to one thread.
class AttentionRecorder {
  public:
    /// Appends an entry whose figures `fill` works out: at once where the work up to `end` is done,
    /// when the recorder is settled where it is not; a GPU would stand still if each call waited
    /// for its own.
    void add(LayerAttentionStats entry, const WorkMark& end,
             const std::function<void(LayerAttentionStats&)>& fill);

    /// Waits for the device and fills in what is pending. Returns all calls so far.
    const AttentionStats& settle();

  private:
    /// An entry of stats_ with figures that are on their way.
    struct Pending {
        std::size_t call;
        std::function<void(LayerAttentionStats&)> fill;
    };

    AttentionStats stats_;
    std::vector<Pending> pending_;
};

}  // namespace reelquery
