#pragma once
// One answer token's step through the whole model on a GPU, captured once and replayed for each.
// Launching its several hundred kernels one by one takes longer than running them.

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/device/device_graph.h"

namespace reelquery {

/// What changes from token to token, on the card, int64 [1] each but for the row.
struct TokenState {
    at::Tensor id;
    at::Tensor row;  ///< [1, H] of the id's embedding, where that lies on the host; else undefined
    at::Tensor position;  ///< the same on all three axes
    at::Tensor held;      ///< tokens in the cache before this one
};

/// Belongs to one model and one cache, whose memory it reads and writes. Confined to one thread.
class TokenGraph {
  public:
    /// The step: logits [V] float32 on the card.
    using Step = std::function<at::Tensor(const TokenState&)>;

    /// row: [1, H] on the card that each run fills, where the embedding lies on the host; undefined
    /// elsewhere. step: without waiting or host values, so that it can be captured; it is kept.
    /// isCaptured false runs it kernel by kernel, for comparisons.
    TokenGraph(int card, std::int64_t vocabulary, at::Tensor row, Step step, bool isCaptured);

    /// Runs the step for one token; embedded: its row [1, H] on the host, where rows lie there.
    /// Returns its logits, [V] float32 on the CPU.
    at::Tensor run(std::int64_t id, std::int64_t position, std::int64_t held,
                   const at::Tensor& embedded);

    /// "CUDA graph", or "kernel by kernel" with the reason where there is one.
    const std::string& mode() const { return mode_; }

  private:
    void launch();

    Step step_;
    at::Tensor hostState_;   // [3] int64, page-locked
    at::Tensor state_;       // [3] int64 on the card
    at::Tensor hostRow_;     // [1, H], page-locked; undefined without row_
    at::Tensor row_;         // [1, H] on the card, or undefined
    at::Tensor logits_;      // [V] float32 on the card
    at::Tensor hostLogits_;  // [V] float32, page-locked
    int card_;
    std::unique_ptr<DeviceGraph> graph_;
    std::string mode_;
};

}  // namespace reelquery
