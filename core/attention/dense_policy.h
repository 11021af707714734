#pragma once
// What stays dense whatever a selector would choose.

#include <cstdint>

#include "core/attention/attention_backend.h"

namespace reelquery {

/// Plain numbers; see AttentionOptions.
struct DensePolicy {
    int firstLayers = 0;
    int lastTokens = 0;  ///< of the prompt

    /// Why the whole call stays dense: single queries (decoding), the first layers, the last
    /// tokens, and where so few keys are visible that all blocks are among the `forcedBlocks`. Null
    /// where there is something to choose.
    const char* whyDense(const AttentionCall& call, std::int64_t forcedBlocks) const;

    /// Rows with a query at or past this position stay dense in a call that does not.
    std::int64_t denseFromPosition(const AttentionCall& call) const;
};

}  // namespace reelquery
