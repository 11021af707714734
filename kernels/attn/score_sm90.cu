// Pooled scores for Hopper: one matrix product over all heads whose K-depth walks the S slots of
// the pooled groups, read by strided tensor copies from the original q and k. Nothing of size
// (N/S)^2 is written, see Note [Partial block sums].
// Per tile of 128 x 256 pooled cells: 2 x 128 x 256 x S D FLOP; a cluster of two blocks shares the
// 256 key groups, so a block reads (128 + 128) x S D x 2 bytes from L2.

#include "kernels/attn/score_sm90.h"

#include <algorithm>

#include "kernels/cuda/hopper.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"
#include "kernels/cuda/tensor_map.h"
#include "kernels/cuda/wgmma.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kTileRows = 128;     // pooled rows per block of threads
constexpr int kTileColumns = 256;  // pooled columns per tile
constexpr int kCluster = 2;        // blocks of threads that share the columns of a tile
constexpr int kStages = 4;         // of 48 KB: 192 of the 227 KB that a block of threads can have
constexpr int kStepBytesQ = kTileRows * 128;
constexpr int kStepBytesK = kTileColumns * 128;
constexpr int kWarpsPerBlock = 8;  // consumers
// Registers a thread, as in prefill_sm90.cuh; a consumer holds 128 sums.
constexpr int kProducerRegisters = 40;
constexpr int kConsumerRegisters = 232;
constexpr int kNowhere = 1 << 30;  // a coordinate past every tensor: the copy fills zeros

struct ScoreMaps {
    CUtensorMap q[kMaxCudaStride];  // slot s of every group
    CUtensorMap k[kMaxCudaStride];
    int qShift[kMaxCudaStride];  // rows between pooled row 0 and the first row of q[s]
    int kShift[kMaxCudaStride];
};

struct ScoreShared {
    alignas(1024) unsigned char q[kStages][kStepBytesQ];
    unsigned char k[kStages][kStepBytesK];
    std::uint64_t full[kStages], empty[kStages];
};

// The tiles one cluster computes, in the order it computes them: slices of heads, then pairs of row
// tiles, then column tiles, then the heads of the slice (which share k).
class TileCursor {
  public:
    __device__ TileCursor(const ScoreParams& p, int start) : p_(p), inside_(start) {
        pairs_ = (p.sums.rows + kCluster * kTileRows - 1) / (kCluster * kTileRows);
        slices_ = p.headCount / p.sliceHeads;
        settle();
    }

    __device__ bool valid() const { return slice_ < slices_; }

    __device__ void advance(int count) {
        inside_ += count;
        settle();
    }

    __device__ int head() const { return slice_ * p_.sliceHeads + inside_ % p_.sliceHeads; }

    __device__ int column() const { return inside_ / p_.sliceHeads * kTileColumns; }

    __device__ int firstRow() const { return pair_ * kCluster * kTileRows; }

  private:
    __device__ int tilesInPair() const {
        if (!p_.causal) return p_.sums.tileCount;
        const int lastRow = p_.firstRow + min((pair_ + 1) * kCluster * kTileRows, p_.sums.rows) - 1;
        return min(lastRow / kTileColumns + 1, p_.sums.tileCount);
    }

    __device__ void settle() {
        for (int n; valid() && inside_ >= (n = tilesInPair() * p_.sliceHeads);) {
            inside_ -= n;
            if (++pair_ == pairs_) {
                pair_ = 0;
                ++slice_;
            }
        }
    }

    const ScoreParams& p_;
    int inside_;
    int pair_ = 0;
    int slice_ = 0;
    int pairs_;
    int slices_;
};

template <int S>
__device__ void produceScores(const ScoreParams& p, const ScoreMaps& maps, ScoreShared& shared,
                              int rank) {
    RingCursor<kStages> ring;
    const int panels = p.headDim / 64;
    for (TileCursor tile(p, blockIdx.x / kCluster); tile.valid();
         tile.advance(gridDim.x / kCluster)) {
        const int head = p.headBegin + tile.head();
        const int kvHead = head / p.headsPerKv;
        const int row = tile.firstRow() + rank * kTileRows;
        for (int slot = 0; slot < S; ++slot) {
            const int qSlot = p.order[slot];
            const int qRow = row - maps.qShift[qSlot];
            const int kRow = tile.column() + rank * (kTileColumns / 2) - maps.kShift[slot];
            for (int panel = 0; panel < panels; ++panel) {
                barrierWait(&shared.empty[ring.stage], ring.parity ^ 1);
                std::uint64_t* full = &shared.full[ring.stage];
                barrierExpect(full, kStepBytesQ + kStepBytesK);
                copyBox(shared.q[ring.stage], &maps.q[qSlot], full, 0, qRow, panel, head);
                copyBoxMulticast(shared.k[ring.stage] + rank * (kStepBytesK / 2), &maps.k[slot],
                                 full, (1 << kCluster) - 1, 0, kRow, panel, kvHead);
                ring.advance();
            }
        }
    }
}

// Adds up v over the four lanes of a quad; lane c gets the sums of its own quarter of the values.
template <int kCount>
__device__ void scatterQuadSums(const float (&v)[kCount], float (&own)[kCount / 4], int lane) {
    constexpr int kOwn = kCount / 4;
    const bool upper = lane & 2, odd = lane & 1;
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
        float a = upper ? v[i + 2 * kOwn] : v[i];
        float b = upper ? v[i + 3 * kOwn] : v[i + kOwn];
        a += __shfl_xor_sync(0xffffffffu, upper ? v[i] : v[i + 2 * kOwn], 2);
        b += __shfl_xor_sync(0xffffffffu, upper ? v[i + kOwn] : v[i + 3 * kOwn], 2);
        own[i] = (odd ? b : a) + __shfl_xor_sync(0xffffffffu, odd ? a : b, 1);
    }
}

// Reduces the 64 x 256 logits of a warpgroup to block sums and writes them.
template <int S>
__device__ void writeBlockSums(const ScoreParams& p, float (&acc)[128], int head, int row0,
                               int column0, int lane) {
    constexpr int kBlocks = kTileColumns * S / kBlockSize;  // key blocks in the tile
    constexpr int kPerBlock = 128 / 2 / kBlocks;  // values of one row and block in a thread
    const int lastColumn = column0 + kTileColumns - 1;
    const int firstGlobalRow = p.firstRow + row0 - lane / 4;
    if (lastColumn >= p.keyGroups || (p.causal && lastColumn > firstGlobalRow)) {
#pragma unroll
        for (int i = 0; i < 128; ++i) {
            const int column = column0 + (i / 4) * 8 + (lane % 4) * 2 + (i & 1);
            const int row = p.firstRow + row0 + ((i & 2) ? 8 : 0);
            if (column >= p.keyGroups || (p.causal && column > row)) acc[i] = -INFINITY;
        }
    }
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        float largest = -INFINITY;
#pragma unroll
        for (int j = 0; j < 32; ++j)
            largest = fmaxf(largest, fmaxf(acc[4 * j + 2 * h], acc[4 * j + 2 * h + 1]));
        largest = quadMax(largest) * p.scaleLog2;
        const float shift = largest == -INFINITY ? 0 : largest;
        float sums[kBlocks];
        float total = 0;
#pragma unroll
        for (int b = 0; b < kBlocks; ++b) {
            float sum = 0;
#pragma unroll
            for (int n = 0; n < kPerBlock; ++n) {
                const int value = b * kPerBlock + n;  // of the 64 that the thread holds of a row
                sum +=
                    exp2Fast(fmaf(acc[(value / 2) * 4 + 2 * h + value % 2], p.scaleLog2, -shift));
            }
            sums[b] = sum;
            total += sum;
        }
        total = quadSum(total);
        float own[kBlocks / 4];
        scatterQuadSums(sums, own, lane);
        const int row = row0 + 8 * h;
        if (row < p.sums.rows) {
            const std::int64_t line = static_cast<std::int64_t>(head) * p.sums.rows + row;
            float* out = p.sums.blocks + line * p.sums.blockPitch +
                         column0 / kTileColumns * kBlocks + lane % 4 * (kBlocks / 4);
            if constexpr (kBlocks / 4 >= 4) {
#pragma unroll
                for (int i = 0; i < kBlocks / 4; i += 4)
                    *reinterpret_cast<float4*>(out + i) =
                        make_float4(own[i], own[i + 1], own[i + 2], own[i + 3]);
            } else {
                *reinterpret_cast<float2*>(out) = make_float2(own[0], own[1]);
            }
            if (lane % 4 == 0)
                p.sums.tiles[line * p.sums.tileCount + column0 / kTileColumns] =
                    make_float2(largest, total);
        }
    }
}

template <int S>
__device__ void consumeScores(const ScoreParams& p, ScoreShared& shared, int rank) {
    const int group = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / 128, 0) - 1;
    const int lane = threadIdx.x % 32;
    const int rowInTile = group * 64 + (threadIdx.x % 128) / 32 * 16 + lane / 4;
    const int steps = S * p.headDim / 64;
    RingCursor<kStages> ring;
    const auto release = [&](int stage) {  // one lane for each block of the cluster
        if (lane < kCluster) barrierArriveRemote(&shared.empty[stage], lane);
    };
    for (TileCursor tile(p, blockIdx.x / kCluster); tile.valid();
         tile.advance(gridDim.x / kCluster)) {
        float acc[128];
        int previous = 0;
        for (int step = 0; step < steps; ++step) {
            barrierWait(&shared.full[ring.stage], ring.parity);
            // 64 rows of 128 bytes on; the leading distance of K-contiguous operands is not read.
            const std::uint64_t q =
                smemDescriptor(smemAddress(shared.q[ring.stage]) + group * 64 * 128, 16);
            const std::uint64_t k = smemDescriptor(smemAddress(shared.k[ring.stage]), 16);
            pinRegisters(acc);
            wgmmaFence();
#pragma unroll
            for (int i = 0; i < 4; ++i)  // 16 columns are 32 bytes, 2 units of a descriptor
                wgmmaShared(acc, q + 2 * i, k + 2 * i, step > 0 || i > 0);
            wgmmaCommit();
            wgmmaWait<1>();
            pinRegisters(acc);
            if (step > 0) release(previous);
            previous = ring.stage;
            ring.advance();
        }
        wgmmaWait<0>();
        pinRegisters(acc);
        release(previous);
        writeBlockSums<S>(p, acc, tile.head(), tile.firstRow() + rank * kTileRows + rowInTile,
                          tile.column(), lane);
    }
}

template <int S>
__global__ void __cluster_dims__(kCluster, 1, 1) __launch_bounds__(384, 1)
    scoreSm90(const __grid_constant__ ScoreParams p, const __grid_constant__ ScoreMaps maps) {
    extern __shared__ unsigned char raw[];
    auto& shared =
        *reinterpret_cast<ScoreShared*>(raw + ((1024 - (smemAddress(raw) & 1023)) & 1023));
    const int rank = static_cast<int>(clusterRank());
    if (threadIdx.x == 0) {
        for (int i = 0; i < kStages; ++i) {
            barrierInit(&shared.full[i], 1);
            barrierInit(&shared.empty[i], kCluster * kWarpsPerBlock);
        }
        barrierInitFence();
    }
    clusterSync();
    if (threadIdx.x < 128) {
        releaseRegisters<kProducerRegisters>();
        if (threadIdx.x == 0) produceScores<S>(p, maps, shared, rank);
        __syncwarp();
    } else {
        claimRegisters<kConsumerRegisters>();
        consumeScores<S>(p, shared, rank);
    }
    clusterSync();  // a block must not end while its neighbour still writes into it
}

// Every S-th row from the one that lies in `slot` of the first group on.
bool describeSlot(const HeadsView& view, std::int64_t first, std::int64_t tokens, int heads,
                  int headDim, int stride, CUtensorMap* map) {
    const std::int64_t rows = first < tokens ? (tokens - first + stride - 1) / stride : 1;
    const std::int64_t start = first < tokens ? first : 0;
    const char* data = static_cast<const char*>(view.data) + start * view.tokenStride * 2;
    return describeRows({data, rows, view.tokenStride * stride, heads, view.headStride, headDim},
                        kTileRows, 1, map);
}

template <int S>
Status launch(const ScoreParams& p, const ScoreMaps& maps, int processors, cudaStream_t stream) {
    constexpr int kBytes = sizeof(ScoreShared) + 1024;
    if (!allowSharedMemory(scoreSm90<S>, kBytes))
        return {StatusCode::kDevice, "the device refused the score kernel's shared memory"};
    const int blocks = processors / kCluster * kCluster;
    scoreSm90<S><<<blocks, 384, kBytes, stream>>>(p, maps);
    return launchStatus("the score kernel could not be launched");
}

}  // namespace

const void* scoreSm90Image() {
    return reinterpret_cast<const void*>(scoreSm90<16>);
}

int scoreTileColumnsSm90() {
    return kTileColumns;
}

Status launchScoreSm90(const ScoreParams& p, const AttentionShape& shape, const HeadsView& q,
                       const HeadsView& k, int stride, int processors, cudaStream_t stream) {
    ScoreMaps maps;
    for (int slot = 0; slot < stride; ++slot) {
        // Query index of this slot in row 0, and from it the first row where the slot exists.
        const std::int64_t inRow0 =
            static_cast<std::int64_t>(p.firstRow) * stride + slot - shape.queryOffset();
        const std::int64_t skipped = inRow0 < 0 ? (-inRow0 + stride - 1) / stride : 0;
        const std::int64_t firstQuery = inRow0 + skipped * stride;
        maps.qShift[slot] = firstQuery < shape.queries ? static_cast<int>(skipped) : -kNowhere;
        maps.kShift[slot] = slot < shape.keys ? 0 : -kNowhere;
        if (!describeSlot(q, firstQuery, shape.queries, shape.heads, shape.headDim, stride,
                          &maps.q[slot]) ||
            !describeSlot(k, slot, shape.keys, shape.kvHeads, shape.headDim, stride, &maps.k[slot]))
            return {StatusCode::kInvalidArgument,
                    "q or k cannot be read by tensor copies: check pointers and strides"};
    }
    switch (stride) {
        case 4:
            return launch<4>(p, maps, processors, stream);
        case 8:
            return launch<8>(p, maps, processors, stream);
        default:
            return launch<16>(p, maps, processors, stream);
    }
}

}  // namespace reelquery::kernels::cuda
