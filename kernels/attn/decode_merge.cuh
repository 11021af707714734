#pragma once
// The end of decoding's kernel: its blocks of threads merge their own partial results. One launch
// less, and no block waits for another.
//
// Note [Who merges]
// A block that has written its part draws a ticket of its group of kGroupParts parts, and who draws
// the last one merges the group; the merged groups meet in the same way. Two levels, because the
// last block alone would read 360 KB (99 parts of 7B's seven heads), about 5 us of one
// multiprocessor's share of the L2 cache; so it is 57 KB, then 25. Which block merges is chance,
// what is added to what in which order is not: two runs give the same bits.
// Tickets are zero between calls: the last drawer puts its counter back.

#include <cuda_bf16.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/attn/merge_parts.h"
#include "kernels/attn/split_kv.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

inline constexpr unsigned kWholeWarp = 0xffffffffu;

/// One row's sums over some parts: D / 32 neighbouring columns of each lane.
template <int D>
struct MergedRow {
    static constexpr int kColumns = D / 32;
    float value[kColumns] = {};  ///< weighted by 2^(score - top)
    float top = -INFINITY;       ///< as in Parts
    float total = 0;
};

/// Whether this block is the last of `members` to draw; everything that they wrote before is then
/// visible past the L1 cache (__ldcg). All threads of the block call it together. answer: shared
/// memory that nobody reads any more.
__device__ inline bool drawsLast(unsigned* ticket, int members, int* answer) {
    __threadfence();  // this thread's part is there before its block's ticket is drawn
    __syncthreads();
    if (threadIdx.x == 0) {
        *answer = atomicAdd(ticket, 1u) == static_cast<unsigned>(members - 1);
        if (*answer) *ticket = 0;
    }
    __syncthreads();
    __threadfence();
    return *answer != 0;
}

/// A warp merges `count` <= 32 slots of one row, in the order of their index. rows: Hq.
template <int D>
__device__ MergedRow<D> mergeSlots(const Parts& parts, int rows, int row, int first, int count) {
    using Columns = std::conditional_t<MergedRow<D>::kColumns == 4, float4, float2>;
    constexpr int kAtOnce = 16;  // loads in flight of a lane: all of a group's
    static_assert(kAtOnce == kGroupParts && kMostGroups <= 32);
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const auto at = [&](int slot) { return static_cast<std::int64_t>(first + slot) * rows + row; };
    float2 own = make_float2(-INFINITY, 0);
    if (lane < count) own = __ldcg(parts.tops + at(lane));

    MergedRow<D> merged;
    merged.top = own.x;
#pragma unroll
    for (int step = 16; step > 0; step /= 2)
        merged.top = fmaxf(merged.top, __shfl_xor_sync(kWholeWarp, merged.top, step));
    const float share = own.x == -INFINITY ? 0 : exp2Fast(own.x - merged.top);
    merged.total = share * own.y;  // also 0 * NaN, where all of a part's scores are NaN
#pragma unroll
    for (int step = 16; step > 0; step /= 2)
        merged.total += __shfl_xor_sync(kWholeWarp, merged.total, step);

    for (int base = 0; base < count; base += kAtOnce) {
        Columns columns[kAtOnce];
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i)
            if (base + i < count)
                columns[i] =
                    __ldcg(reinterpret_cast<const Columns*>(parts.sums + at(base + i) * D) + lane);
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
            if (base + i >= count) break;
            const float weight = __shfl_sync(kWholeWarp, share, base + i);
            const auto* values = reinterpret_cast<const float*>(&columns[i]);
#pragma unroll
            for (int c = 0; c < MergedRow<D>::kColumns; ++c)
                merged.value[c] = fmaf(weight, values[c], merged.value[c]);
        }
    }
    return merged;
}

/// Where one block's rows are and where their result goes.
struct MergedHeads {
    Parts parts;         ///< slots: mostParts parts, then kMostGroups merged groups
    unsigned* tickets;   ///< kTicketsPerTile of this tile of rows
    __nv_bfloat16* out;  ///< [Hq, D]
    int mostParts;
    int heads;      ///< Hq
    int firstHead;  ///< of the block
    int rowCount;   ///< heads of the block
};

/// Merges slots first.. of all rows of the block, into slot `to` or, where that is negative, out.
template <int D>
__device__ void mergeHeads(const MergedHeads& m, int first, int count, int to) {
    constexpr int kColumns = MergedRow<D>::kColumns;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int row = static_cast<int>(threadIdx.x) / 32; row < m.rowCount;
         row += static_cast<int>(blockDim.x) / 32) {
        const int head = m.firstHead + row;
        const MergedRow<D> merged = mergeSlots<D>(m.parts, m.heads, head, first, count);
        if (to < 0) {
            // Zero only where nothing was seen: a NaN is not less, nor equal, nor more.
#pragma unroll
            for (int c = 0; c < kColumns; ++c)
                m.out[head * D + lane * kColumns + c] =
                    __float2bfloat16(merged.total == 0 ? 0 : merged.value[c] / merged.total);
            continue;
        }
        const std::int64_t at = static_cast<std::int64_t>(to) * m.heads + head;
#pragma unroll
        for (int c = 0; c < kColumns; ++c)
            m.parts.sums[at * D + lane * kColumns + c] = merged.value[c];
        if (lane == 0) m.parts.tops[at] = make_float2(merged.top, merged.total);
    }
}

/// Part `part` of `parts` is written: see Note [Who merges]. All threads of the block together.
/// shared: two ints of shared memory that nobody reads any more.
template <int D>
__device__ void finishPart(const MergedHeads& m, int part, int parts, int* shared) {
    const int group = part / kGroupParts, groups = (parts + kGroupParts - 1) / kGroupParts;
    const int first = group * kGroupParts, members = min(kGroupParts, parts - first);
    if (!drawsLast(m.tickets + group, members, shared)) return;
    mergeHeads<D>(m, first, members, groups == 1 ? -1 : m.mostParts + group);
    if (groups == 1 || !drawsLast(m.tickets + kMostGroups, groups, shared + 1)) return;
    mergeHeads<D>(m, m.mostParts, groups, -1);
}

}  // namespace reelquery::kernels::cuda
