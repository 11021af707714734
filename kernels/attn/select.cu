// Block masses and the blocks each row keeps, without a sort: one block of threads per (query block,
// head) bisects on the bits of the float32 masses for the cut value and compacts by ballots.
// Bytes: the partial sums once, b x (visible blocks) x 4 per row; the rest stays on the chip.

#include "kernels/attn/select.h"

#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kMaxRowsPerBlock = 32;  // b at stride 4

// Scratch of one row, beside its masses.
struct SelectShared {
    float rowLargest[kMaxRowsPerBlock];
    float rowInverse[kMaxRowsPerBlock];  // 1 / sum of the row, 0 where the row takes no part
    float partial[2][4][kWarps];
    int counts[2][kWarps];
};

// Sums of kCount values over the block, the same on every thread and in every run. `turn` alternates
// between calls, so that one barrier per call is enough.
template <int kCount>
__device__ void blockSums(float (&values)[kCount], SelectShared& shared, int& turn) {
    turn ^= 1;
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
#pragma unroll
        for (int step = 16; step > 0; step /= 2)
            values[i] += __shfl_xor_sync(0xffffffffu, values[i], step);
        if (threadIdx.x % 32 == 0) shared.partial[turn][i][threadIdx.x / 32] = values[i];
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
        values[i] = 0;
#pragma unroll
        for (int w = 0; w < kWarps; ++w) values[i] += shared.partial[turn][i][w];
    }
}

__device__ int blockCount(int value, SelectShared& shared, int& turn) {
    turn ^= 1;
    value = __reduce_add_sync(0xffffffffu, value);
    if (threadIdx.x % 32 == 0) shared.counts[turn][threadIdx.x / 32] = value;
    __syncthreads();
    int sum = 0;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += shared.counts[turn][w];
    return sum;
}

// One row: block `self` of the key grid, which sees `visible` key blocks.
struct Row {
    const SelectParams& p;
    const float* mass;
    int self;
    int visible;

    __device__ bool forced(int column) const {
        return column < p.sinkBlocks || (p.causal && column > self - p.recentBlocks);
    }
    // Distance from the row's own index, the lower of two equally near columns first.
    __device__ int distance(int column) const {
        return column > self ? 2 * (column - self) : 2 * (self - column) - 1;
    }
    __device__ std::uint32_t bits(int column) const { return __float_as_uint(mass[column]); }
};

// Largest logit and normaliser of each pooled row of the block, one warp per row.
__device__ void normaliseRows(const SelectParams& p, int block, std::int64_t firstLine,
                              int tileCount, SelectShared& shared) {
    const int perBlock = kBlockSize / p.stride;
    const int lane = threadIdx.x % 32;
    for (int r = threadIdx.x / 32; r < perBlock; r += kWarps) {
        const int global = p.firstRow + block * perBlock + r;
        float largest = -INFINITY, sum = 0;
        if (global >= p.rowBegin && global < p.rowEnd) {
            const float2* tiles = p.sums.tiles + (firstLine + r) * p.sums.tileCount;
            for (int t = lane; t < tileCount; t += 32) largest = fmaxf(largest, tiles[t].x);
#pragma unroll
            for (int step = 16; step > 0; step /= 2)
                largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, step));
            for (int t = lane; t < tileCount; t += 32)
                sum += tiles[t].y * exp2Fast(tiles[t].x - largest);
#pragma unroll
            for (int step = 16; step > 0; step /= 2)
                sum += __shfl_xor_sync(0xffffffffu, sum, step);
        }
        if (lane == 0) {
            shared.rowLargest[r] = largest;
            shared.rowInverse[r] = global >= p.rowBegin && global < p.rowEnd ? 1 / sum : 0;
        }
    }
}

// Smallest value that still enters: the bits v for which the forced blocks and all larger masses
// stay below `need`, while v itself is the last to start there. Four-way search, two bits a round.
__device__ std::uint32_t cutValue(const Row& row, float forcedMass, float need,
                                  SelectShared& shared, int& turn) {
    std::uint32_t low = 0, high = 0x7f800000u;  // the answer lies in [low, high]
    while (low < high) {
        const std::uint32_t quarter = (high - low) / 4;
        const std::uint32_t pivot[3] = {low + quarter, low + (high - low) / 2, high - 1 - quarter};
        float above[3] = {0, 0, 0};
        for (int j = threadIdx.x; j < row.visible; j += kThreads) {
            if (row.forced(j)) continue;
            const float mass = row.mass[j];
            const std::uint32_t bits = __float_as_uint(mass);
#pragma unroll
            for (int i = 0; i < 3; ++i) above[i] += bits > pivot[i] ? mass : 0;
        }
        blockSums(above, shared, turn);
        std::uint32_t newLow = low, newHigh = high;
#pragma unroll
        for (int i = 2; i >= 0; --i) {
            if (forcedMass + above[i] < need) newHigh = min(newHigh, pivot[i]);
        }
#pragma unroll
        for (int i = 0; i < 3; ++i) {
            if (!(forcedMass + above[i] < need)) newLow = max(newLow, pivot[i] + 1);
        }
        low = newLow;
        high = newHigh;
    }
    return low;
}

// Of `ties` equal blocks the `wanted` nearest enter; returns the largest distance among them.
__device__ int tieDistance(const Row& row, std::uint32_t cut, int wanted, SelectShared& shared,
                           int& turn) {
    int low = 0, high = 2 * row.p.keyBlocks;
    while (low < high) {
        const int middle = (low + high) / 2;
        int within = 0;
        for (int j = threadIdx.x; j < row.visible; j += kThreads)
            within += !row.forced(j) && row.bits(j) == cut && row.distance(j) <= middle;
        if (blockCount(within, shared, turn) >= wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

__global__ void __launch_bounds__(kThreads) selectBlocks(const __grid_constant__ SelectParams p) {
    extern __shared__ float mass[];  // [visible], then one word per 32 columns, then its place
    __shared__ SelectShared shared;
    const int block = p.queryBlocks - 1 - blockIdx.x;  // long rows first
    const int batchHead = blockIdx.y;
    const int head = p.headBegin + batchHead;
    const int self = p.firstBlock + block;
    const int visible = p.causal ? min(self + 1, p.keyBlocks) : p.keyBlocks;
    const int perBlock = kBlockSize / p.stride;
    const int blocksPerTile = p.sums.tileColumns / perBlock;
    const std::int64_t firstLine =
        static_cast<std::int64_t>(batchHead) * p.sums.rows + block * perBlock;
    const std::int64_t outRow = static_cast<std::int64_t>(head) * p.queryBlocks + block;
    normaliseRows(p, block, firstLine, (visible + blocksPerTile - 1) / blocksPerTile, shared);
    __syncthreads();

    const Row row{p, mass, self, visible};
    float sums[2] = {0, 0};  // all, forced
    for (int j = threadIdx.x; j < p.keyBlocks; j += kThreads) {
        float sum = 0;
        if (j < visible) {
            const float* blocks = p.sums.blocks + firstLine * p.sums.blockPitch + j;
            const float2* tiles = p.sums.tiles + firstLine * p.sums.tileCount + j / blocksPerTile;
#pragma unroll 8
            for (int r = 0; r < perBlock; ++r) {
                if (shared.rowInverse[r] != 0)
                    sum += blocks[static_cast<std::int64_t>(r) * p.sums.blockPitch] *
                           exp2Fast(tiles[static_cast<std::int64_t>(r) * p.sums.tileCount].x -
                                    shared.rowLargest[r]) *
                           shared.rowInverse[r];
            }
            mass[j] = sum;
            sums[0] += sum;
            if (row.forced(j)) sums[1] += sum;
        }
        if (p.mass) p.mass[outRow * p.keyBlocks + j] = sum;
    }
    int turn = 0;
    blockSums(sums, shared, turn);  // its barrier also publishes `mass`

    const float threshold = p.threshold[head];
    const bool all = threshold >= 1 || !isfinite(sums[0]) || self >= p.denseFromBlock;
    const float need = threshold * sums[0];
    std::uint32_t cut = 0xffffffffu;
    int farthest = -1;  // distance up to which blocks equal to the cut enter
    if (!all && sums[1] < need) {
        cut = cutValue(row, sums[1], need, shared, turn);
        float above[1] = {0};
        int ties = 0;
        for (int j = threadIdx.x; j < visible; j += kThreads) {
            if (row.forced(j)) continue;
            if (row.bits(j) > cut) above[0] += mass[j];
            ties += row.bits(j) == cut;
        }
        blockSums(above, shared, turn);
        ties = blockCount(ties, shared, turn);
        const float value = __uint_as_float(cut);
        const float missing = (need - sums[1] - above[0]) / value;  // 0/0 and x/0: all ties
        const int wanted = value > 0 && missing < ties ? max(1, static_cast<int>(ceilf(missing)))
                                                       : ties;
        farthest = wanted < ties ? tieDistance(row, cut, wanted, shared, turn) : INT32_MAX;
    }

    const int lane = threadIdx.x % 32;
    const int words = (visible + 31) / 32;
    auto* word = reinterpret_cast<std::uint32_t*>(mass + (p.keyBlocks + 31) / 32 * 32);
    auto* place = reinterpret_cast<int*>(word + (p.keyBlocks + 31) / 32);
    float kept[1] = {0};
    for (int w = threadIdx.x / 32; w < words; w += kWarps) {
        const int j = w * 32 + lane;
        const bool keep =
            j < visible && (all || row.forced(j) || row.bits(j) > cut ||
                            (row.bits(j) == cut && row.distance(j) <= farthest));
        const std::uint32_t chosen = __ballot_sync(0xffffffffu, keep);
        if (lane == 0) word[w] = chosen;
        if (keep) kept[0] += mass[j];
    }
    blockSums(kept, shared, turn);  // its barrier also publishes `word`
    if (p.keptShare && threadIdx.x == 0) p.keptShare[outRow] = all ? 1 : kept[0] / sums[0];
    if (threadIdx.x < 32) {
        int before = 0;
        for (int w0 = 0; w0 < words; w0 += 32) {
            const int count = w0 + lane < words ? __popc(word[w0 + lane]) : 0;
            int upTo = count;
#pragma unroll
            for (int step = 1; step < 32; step *= 2) {
                const int lower = __shfl_up_sync(0xffffffffu, upTo, step);
                if (lane >= step) upTo += lower;
            }
            if (w0 + lane < words) place[w0 + lane] = before + upTo - count;
            before += __shfl_sync(0xffffffffu, upTo, 31);
        }
        if (lane == 0) p.counts[outRow] = before;
    }
    __syncthreads();
    std::uint16_t* columns = p.columns + outRow * p.pitch;
    for (int w = threadIdx.x / 32; w < words; w += kWarps) {
        const std::uint32_t chosen = word[w];
        if (chosen >> lane & 1)
            columns[place[w] + __popc(chosen & ((1u << lane) - 1))] =
                static_cast<std::uint16_t>(w * 32 + lane);
    }
}

}  // namespace

Status launchSelect(const SelectParams& p, cudaStream_t stream) {
    const int words = (p.keyBlocks + 31) / 32;
    const int bytes = words * (32 * 4 + 4 + 4);
    if (bytes > 48 * 1024 && cudaFuncSetAttribute(selectBlocks,
                                                  cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                  bytes) != cudaSuccess)
        return {StatusCode::kUnsupported, "more keys than the selection's shared memory can rank"};
    const dim3 grid(p.queryBlocks, p.headCount);
    selectBlocks<<<grid, kThreads, bytes, stream>>>(p);
    if (cudaGetLastError() != cudaSuccess)
        return {StatusCode::kDevice, "the selection kernel could not be launched"};
    return {};
}

}  // namespace reelquery::kernels::cuda
