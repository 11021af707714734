#pragma once
// Prefill attention for Hopper: one warp-specialised mainloop; the walk over key blocks is a
// policy. One block of threads per multiprocessor: a producer warpgroup whose one thread issues
// tensor copies, and two consumer warpgroups of 64 query rows each. A consumer issues the scores of
// the next key block before it multiplies the probabilities of the current one by V, so the softmax
// runs under a matrix product; a pair of named barriers makes the two consumers take turns, so
// one's softmax also runs under the other's products. Per visited block of 128 x 128: 8 x 128 x 128
// x D / 2 FLOP and 2 x 128 x D x 2 bytes from L2.

#include "kernels/attn/prefill_params.h"
#include "kernels/attn/prefill_sm90_rows.cuh"
#include "kernels/attn/tile_walk.cuh"
#include "kernels/cuda/hopper.cuh"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/wgmma.cuh"

namespace reelquery::kernels::cuda {

struct PrefillMaps {
    CUtensorMap q;
    CUtensorMap k;
    CUtensorMap v;
};

inline constexpr int kConsumerWarps = 8;
// Registers a thread: 384 threads start with 168 each (65536 / 384, in steps of 8). The producer's
// 128 need few; what they give back, 128 * (168 - 40), is just what lets 256 consumers have 232: 64
// scores, up to 64 sums and 32 packed weights, and what addresses them.
inline constexpr int kProducerRegisters = 40;
inline constexpr int kConsumerRegisters = 232;
static_assert(128 * kProducerRegisters + 256 * kConsumerRegisters <= 384 * 168);

template <int D>
struct PrefillShared {
    // With Q and O 192 and 160 KB of the 227 KB that a block of threads can have; one stage of K
    // and V more would be 256 and 192. Two are enough for D = 128, as a consumer holds a stage of K
    // for one product only; of D = 64's shorter ones four hide the same latency.
    static constexpr int kStages = D == 128 ? 2 : 4;
    static constexpr int kTileBytes = kTile * D * 2;

    alignas(1024) unsigned char q[kTileBytes];
    unsigned char k[kStages][kTileBytes];
    unsigned char v[kStages][kTileBytes];
    unsigned char out[kTileBytes];  // apart from q, so the next q loads while this is written
    std::uint64_t qFull, qEmpty;
    std::uint64_t kFull[kStages], kEmpty[kStages], vFull[kStages], vEmpty[kStages];
    std::uint64_t tileFull[2], tileEmpty[2];
    int4 tiles[2];  // head, block, steps, first column; head < 0 ends
};

template <int D, class Walk>
__device__ void producePrefill(const PrefillParams& p, const PrefillMaps& maps,
                               PrefillShared<D>& shared) {
    constexpr int kStages = PrefillShared<D>::kStages;
    constexpr int kBytes = PrefillShared<D>::kTileBytes;
    const int tileCount = Walk::tiles(p);
    RingCursor<kStages> kRing, vRing;
    RingCursor<2> tileRing;
    std::uint32_t qParity = 0;
    int index = blockIdx.x;
    while (true) {
        const bool done = index >= tileCount;
        const RowTile tile = done ? RowTile{-1, 0} : Walk::at(p, index);
        int steps = 0, column = 0;
        const Walk walk(p, done ? RowTile{0, 0} : tile,
                        TileTurn{index, static_cast<int>(gridDim.x)});
        if (!done) steps = walk.count;
        if (steps > 0) column = walk.column(0);
        barrierWait(&shared.tileEmpty[tileRing.stage], tileRing.parity ^ 1);
        shared.tiles[tileRing.stage] = make_int4(tile.head, tile.block, steps, column);
        barrierArrive(&shared.tileFull[tileRing.stage]);
        tileRing.advance();
        if (done) break;
        // Drawn late, so that tiles start in the order of their indices and short ones fill gaps,
        // but two steps before the end, so that no consumer waits for it.
        const auto drawNext = [&] { index = gridDim.x + atomicAdd(p.tileCounter, 1); };
        if (steps == 0) {
            drawNext();
            continue;
        }

        barrierWait(&shared.qEmpty, qParity ^ 1);
        qParity ^= 1;
        const int kvHead = Walk::kvHead(p, tile);
        if constexpr (Walk::kPacked) {
            const int rows = p.split.plan.queriesPerTile * p.headsPerKv;
            barrierExpect(&shared.qFull, rows * D * 2);
            for (int panel = 0; panel < D / 64; ++panel)
                copyBox(shared.q + panel * kPanelBytes, &maps.q, &shared.qFull, 0,
                        kvHead * p.headsPerKv, Walk::rows(p, tile).firstQuery, panel);
        } else {
            barrierExpect(&shared.qFull, kBytes);
            copyBox(shared.q, &maps.q, &shared.qFull, 0, tile.block * kTile - p.rowsBeforeQuery, 0,
                    tile.head);
        }
        const auto load = [&](unsigned char(*ring)[kBytes], const CUtensorMap* map,
                              std::uint64_t* full, std::uint64_t* empty,
                              RingCursor<kStages>& cursor, int block) {
            barrierWait(&empty[cursor.stage], cursor.parity ^ 1);
            barrierExpect(&full[cursor.stage], kBytes);
            copyBox(ring[cursor.stage], map, &full[cursor.stage], 0, block * kTile, 0, kvHead);
            cursor.advance();
        };
        for (int step = 0; step < steps; ++step) {
            if (step == max(steps - 2, 0)) drawNext();
            const int next = step + 1 < steps ? walk.column(step + 1) : 0;
            if (step == 0) load(shared.k, &maps.k, shared.kFull, shared.kEmpty, kRing, column);
            if (step + 1 < steps) load(shared.k, &maps.k, shared.kFull, shared.kEmpty, kRing, next);
            load(shared.v, &maps.v, shared.vFull, shared.vEmpty, vRing, column);
            column = next;
        }
    }
}

// s = Q K^T of one warpgroup: 64 rows of Q against 128 keys.
template <int D>
__device__ void multiplyQK(float (&s)[64], std::uint64_t q, std::uint64_t k) {
#pragma unroll
    for (int step = 0; step < D / 16; ++step) {
        // Units of 16 bytes: 16 columns of bf16 are 2 of them, four such steps a panel's 128 bytes.
        const int offset = (step / 4) * (kPanelBytes >> 4) + (step % 4) * 2;
        wgmmaShared(s, q + offset, k + offset, step > 0);
    }
}

// o += P V of one warpgroup: 128 keys in eight steps.
template <int D>
__device__ void multiplyPV(float (&o)[D / 2], const std::uint32_t (&p)[32], std::uint64_t v) {
#pragma unroll
    for (int step = 0; step < 8; ++step)
        wgmmaRegisters(o, p + 4 * step, v + step * (16 * 128 >> 4));  // 16 rows of 128 bytes
}

template <int D, class Walk>
__device__ void consumePrefill(const PrefillParams& p, PrefillShared<D>& shared) {
    constexpr int kStages = PrefillShared<D>::kStages;
    const int group = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / 128, 0) - 1;
    const int lane = threadIdx.x % 32;
    const int row0 = group * 64 + (threadIdx.x % 128) / 32 * 16;
    const int ownTurn = 1 + group, otherTurn = 2 - group;  // named barriers; 0 is __syncthreads()
    const auto release = [&](std::uint64_t* barrier) {
        if (lane == 0) barrierArrive(barrier);
    };
    // 64 rows of 128 bytes on; the leading distance of K-contiguous operands is not read.
    const std::uint64_t qOperand = smemDescriptor(smemAddress(shared.q) + group * 64 * 128, 16);
    const auto kOperand = [&](int stage) {
        return smemDescriptor(smemAddress(shared.k[stage]), 16);
    };
    const auto vOperand = [&](int stage) {
        return smemDescriptor(smemAddress(shared.v[stage]), kPanelBytes);
    };
    RingCursor<kStages> kRing, vRing;
    RingCursor<2> tileRing;
    std::uint32_t qParity = 0;
    if (group == 1) namedBarrierArrive(otherTurn, 256);  // group 0 goes first

    while (true) {
        barrierWait(&shared.tileFull[tileRing.stage], tileRing.parity);
        const int4 item = shared.tiles[tileRing.stage];
        __syncwarp();
        release(&shared.tileEmpty[tileRing.stage]);
        tileRing.advance();
        const RowTile tile{item.x, item.y};
        const int steps = item.z;
        if (tile.head < 0) return;

        float o[D / 2];
#pragma unroll
        for (int i = 0; i < D / 2; ++i) o[i] = 0;
        SoftmaxState state;
        if (steps > 0) {
            float s[64];
            std::uint32_t probabilities[32];
            float scaleOld[2];
            barrierWait(&shared.qFull, qParity);
            qParity ^= 1;
            barrierWait(&shared.kFull[kRing.stage], kRing.parity);
            namedBarrierSync(ownTurn, 256);
            wgmmaFence();
            multiplyQK<D>(s, qOperand, kOperand(kRing.stage));
            wgmmaCommit();
            namedBarrierArrive(otherTurn, 256);
            wgmmaWait<0>();
            pinRegisters(s);
            release(&shared.kEmpty[kRing.stage]);
            kRing.advance();
            const int limit0 = Walk::limit(p, tile, row0 + lane / 4);
            const int limit1 = Walk::limit(p, tile, row0 + lane / 4 + 8);
            maskScores(s, item.w * kTile, limit0, limit1, lane);
            softmaxStep<true>(s, state, p.scaleLog2, scaleOld);
            packProbabilities(s, probabilities);
            // Only the first block holds hidden keys; called once o is its P V and nothing else.
            const auto seenOnly = [&](const unsigned char* v) {
                if (__builtin_expect(isSpoiled(o), 0))
                    multiplySeen<D>(o, probabilities, v, shared.out + row0 * D * 2,
                                    limit0 - item.w * kTile, limit1 - item.w * kTile, lane);
            };

            for (int step = 1; step < steps; ++step) {
                barrierWait(&shared.kFull[kRing.stage], kRing.parity);
                namedBarrierSync(ownTurn, 256);
                pinRegisters(s);
                wgmmaFence();
                multiplyQK<D>(s, qOperand, kOperand(kRing.stage));
                wgmmaCommit();
                barrierWait(&shared.vFull[vRing.stage], vRing.parity);
                pinRegisters(o);
                wgmmaFence();
                multiplyPV<D>(o, probabilities, vOperand(vRing.stage));
                wgmmaCommit();
                namedBarrierArrive(otherTurn, 256);
                wgmmaWait<1>();
                pinRegisters(s);
                release(&shared.kEmpty[kRing.stage]);
                kRing.advance();
                const bool grown = softmaxStep<false>(s, state, p.scaleLog2, scaleOld);
                finishBefore(state.sum[0] + state.sum[1]);  // under the product with V
                wgmmaWait<0>();
                pinRegisters(o);
                if (__builtin_expect(step == 1, 0)) seenOnly(shared.v[vRing.stage]);
                release(&shared.vEmpty[vRing.stage]);
                vRing.advance();
                packProbabilities(s, probabilities);
                if (grown) {
#pragma unroll
                    for (int i = 0; i < D / 2; ++i) o[i] *= scaleOld[(i & 2) >> 1];
                }
            }
            release(&shared.qEmpty);
            barrierWait(&shared.vFull[vRing.stage], vRing.parity);
            pinRegisters(o);
            wgmmaFence();
            multiplyPV<D>(o, probabilities, vOperand(vRing.stage));
            wgmmaCommit();
            wgmmaWait<0>();
            pinRegisters(o);
            if (steps == 1) seenOnly(shared.v[vRing.stage]);
            release(&shared.vEmpty[vRing.stage]);
            vRing.advance();
        }
        if constexpr (Walk::kPacked) {
            storePart<D>(p, o, state, tile, row0, lane);
        } else {
            // A sum is 0 where the row saw nothing; a NaN is no such sum.
            const float sum0 = quadSum(state.sum[0]), sum1 = quadSum(state.sum[1]);
            storeRows<D>(p, shared.out, o, sum0 == 0 ? 0 : 1 / sum0, sum1 == 0 ? 0 : 1 / sum1, tile,
                         row0, lane);
        }
    }
}

template <int D, class Walk>
__global__ void __launch_bounds__(384, 1)
    prefillSm90(const PrefillParams p, const __grid_constant__ PrefillMaps maps) {
    extern __shared__ unsigned char raw[];
    auto& shared =
        *reinterpret_cast<PrefillShared<D>*>(raw + ((1024 - (smemAddress(raw) & 1023)) & 1023));
    if (threadIdx.x == 0) {
        prefetchMap(&maps.q);
        prefetchMap(&maps.k);
        prefetchMap(&maps.v);
        barrierInit(&shared.qFull, 1);
        barrierInit(&shared.qEmpty, kConsumerWarps);
        for (int i = 0; i < PrefillShared<D>::kStages; ++i) {
            barrierInit(&shared.kFull[i], 1);
            barrierInit(&shared.vFull[i], 1);
            barrierInit(&shared.kEmpty[i], kConsumerWarps);
            barrierInit(&shared.vEmpty[i], kConsumerWarps);
        }
        for (int i = 0; i < 2; ++i) {
            barrierInit(&shared.tileFull[i], 1);
            barrierInit(&shared.tileEmpty[i], kConsumerWarps);
        }
        barrierInitFence();
    }
    if constexpr (Walk::kPacked) {  // rows past the last whole query are never loaded
        for (int i = static_cast<int>(threadIdx.x) * 16; i < PrefillShared<D>::kTileBytes;
             i += 384 * 16)
            *reinterpret_cast<uint4*>(shared.q + i) = make_uint4(0, 0, 0, 0);
        sharedWritesFence();
    }
    __syncthreads();
    if (threadIdx.x < 128) {
        releaseRegisters<kProducerRegisters>();
        if (threadIdx.x == 0) producePrefill<D, Walk>(p, maps, shared);
    } else {
        claimRegisters<kConsumerRegisters>();
        consumePrefill<D, Walk>(p, shared);
    }
}

}  // namespace reelquery::kernels::cuda
