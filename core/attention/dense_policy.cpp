#include "core/attention/dense_policy.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <limits>

#include "kernels/block_layout.h"

namespace reelquery {

const char* DensePolicy::whyDense(const AttentionCall& call, std::int64_t forcedBlocks) const {
    const std::int64_t queries = call.q.size(1), keys = call.k.size(1);
    if (queries == 1) return "a single token reads everything";
    if (call.layer < firstLayers) return "the first layers stay dense";
    if ((call.causal ? keys - queries : 0) >= denseFromPosition(call))
        return "the last tokens stay dense";
    if (keys <= forcedBlocks * kernels::kBlockSize) return "too short to leave anything out";
    return nullptr;
}

std::int64_t DensePolicy::denseFromPosition(const AttentionCall& call) const {
    if (call.promptTokens == 0) return std::numeric_limits<std::int64_t>::max();
    return call.promptTokens - std::max(0, lastTokens);
}

}  // namespace reelquery
