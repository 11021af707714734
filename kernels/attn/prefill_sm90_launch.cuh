#pragma once
// Shared by the two instantiations of the Hopper prefill kernel.

#include <algorithm>

#include "kernels/attn/prefill_sm90.cuh"
#include "kernels/attn/prefill_sm90.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/tensor_map.h"

namespace reelquery::kernels::cuda {

template <int D, class Walk>
Status launchWalk(const PrefillParams& p, const PrefillMaps& maps, int tiles, int processors,
                  cudaStream_t stream) {
    constexpr int kBytes = sizeof(PrefillShared<D>) + 1024;
    const auto kernel = prefillSm90<D, Walk>;
    if (!allowSharedMemory(kernel, kBytes))
        return {StatusCode::kDevice, "the device refused the attention kernel's shared memory"};
    kernel<<<std::min(tiles, processors), 384, kBytes, stream>>>(p, maps);
    return launchStatus("the attention kernel could not be launched");
}

template <int D>
const void* prefillSm90Image() {
    return reinterpret_cast<const void*>(prefillSm90<D, DenseWalk>);
}

template <int D>
Status launchPrefillSm90(const AttentionInputs& inputs, const PrefillParams& p, int processors,
                         cudaStream_t stream) {
    const AttentionShape& s = inputs.shape;
    const auto describe = [](const HeadsView& view, std::int64_t rows, int heads,
                             CUtensorMap* map) {
        return describeRows({view.data, rows, view.tokenStride, heads, view.headStride, D}, kTile,
                            D / 64, map);
    };
    const bool isShort = p.split.plan.slots > 0;
    PrefillMaps maps;
    if (!(isShort ? describePackedRows({inputs.q.data, s.queries, inputs.q.tokenStride, s.heads,
                                        inputs.q.headStride, D},
                                       p.headsPerKv, p.split.plan.queriesPerTile, &maps.q)
                  : describe(inputs.q, s.queries, s.heads, &maps.q)) ||
        !describe(inputs.k, s.keys, s.kvHeads, &maps.k) ||
        !describe(inputs.v, s.keys, s.kvHeads, &maps.v))
        return {StatusCode::kInvalidArgument,
                "q, k or v cannot be read by tensor copies: check pointers and strides"};
    if (isShort)
        return launchWalk<D, ShortWalk>(
            p, maps, s.kvHeads * p.split.plan.rowTiles * p.split.plan.slots, processors, stream);
    const int tiles = p.heads * p.queryBlocks;
    return p.columns ? launchWalk<D, ListWalk>(p, maps, tiles, processors, stream)
                     : launchWalk<D, DenseWalk>(p, maps, tiles, processors, stream);
}

}  // namespace reelquery::kernels::cuda
