#pragma once
// What one attention call did, as plain values: filled by the backends, shown by the app.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reelquery {

/// One call of one layer. Blocks are 128 queries by 128 keys (kernels/block_layout.h).
struct LayerAttentionStats {
    int layer = 0;
    bool sparse = false;                 ///< false: every block was computed
    std::string why;                     ///< for either, where there was a choice; else empty
    std::int64_t queries = 0;            ///< Lq
    std::int64_t keys = 0;               ///< Lk
    double scoreMs = 0;                  ///< wall time of the antidiagonal sums, if any
    double selectMs = 0;                 ///< wall time of choosing blocks from them, if any
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
    /// Figures that a device has yet to compute; a GPU would stand still if each call waited for
    /// its own.
    std::vector<std::function<void(AttentionStats&)>> pending = {};

    /// From which call on densities say something about calls to come.
    std::size_t firstTelling = 0;

    /// Earlier calls say nothing about those to come: what follows is computed as if it were not
    /// known how they went.
    void forget() { firstTelling = calls.size(); }

    /// Fills in what is pending, waiting for the device. Call before reading `calls`.
    void settle() {
        for (const auto& fill : pending) fill(*this);
        pending.clear();
    }
};

}  // namespace reelquery
