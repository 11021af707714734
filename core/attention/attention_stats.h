#pragma once
// What attention calls did, as plain values: filled by the backends, shown by the app. Nothing that
// is computed goes by them.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/attention/attention_reason.h"

namespace reelquery {

/// One call of one layer. Blocks are 128 queries by 128 keys (kernels/block_layout.h).
struct LayerAttentionStats {
    int layer = 0;
    bool sparse = false;                 ///< false: every block was computed
    AttentionReason why;                 ///< for either, where there was a choice; else empty
    std::int64_t queries = 0;            ///< Lq
    std::int64_t keys = 0;               ///< Lk
    double scoreMs = 0;                  ///< wall time of scoring blocks, if any
    double selectMs = 0;                 ///< wall time of choosing blocks from the scores, if any
    double attentionMs = 0;              ///< wall time of the attention itself
    std::vector<float> densityPerHead;   ///< [Hq] kept blocks / visible blocks; empty when dense
    std::vector<float> keptMassPerHead;  ///< [Hq] mean share of a row's estimated mass that was
                                         ///< kept; empty when dense
    std::optional<double> chosenDensity = {};  ///< mean over heads of what selection chose, also
                                               ///< where dense attention then was the cheaper

    double selectionMs() const { return scoreMs + selectMs; }
};

/// Everything the calls of one request recorded, in the order they ran.
struct AttentionStats {
    std::vector<LayerAttentionStats> calls;
};

}  // namespace reelquery
