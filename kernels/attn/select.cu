// Block masses and the blocks each row keeps, without a sort: one block of threads per (query
// block, head) adds up the masses, its first warp searches the bits of the float32 masses for the
// cut value, and ballots compact the list. Bytes: the partial sums once, b x (visible blocks) x 4
// per row; the rest stays on the chip.

#include "kernels/attn/select.h"

#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

// Few threads: a row is a long chain of short steps, so many rows must be on a multiprocessor at
// once. Twelve of 128 threads are three quarters of its 2048 and leave 40 registers a thread; with
// them and a narrower search 128K tokens (S = 16) went from 0.90 to 0.62 ms (NOTES.md, run 4).
// Shared memory, 4.25 bytes a key block, allows twelve up to 500K keys.
constexpr int kThreads = 128;
constexpr int kRowsPerProcessor = 12;
constexpr int kWarps = kThreads / 32;
constexpr int kSearchStep = 128;  // masses that a warp looks at together: 32 lanes of float4

__host__ __device__ constexpr int paddedBlocks(int keyBlocks) {
    return (keyBlocks + kSearchStep - 1) / kSearchStep * kSearchStep;
}

// What the warps of one row tell each other, beside its masses.
struct SelectShared {
    float partial[2][kWarps];
    std::uint32_t cut;  // bits of the smallest mass that enters
    int farthest;       // distance up to which masses equal to the cut enter
};

// Sum over the warp, the same on every lane and in every run.
__device__ float warpSum(float value) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
    return value;
}

// Sum over the block of threads, likewise.
__device__ float blockSum(float value, float (&partial)[kWarps]) {
    value = warpSum(value);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
    __syncthreads();
    value = 0;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) value += partial[w];
    return value;
}

// One row: block `self` of the key grid. Columns [begin, end) are not forced, those around them
// are.
struct Row {
    const float* mass;
    int self;
    int visible;
    int begin;
    int end;

    __device__ bool forced(int column) const { return column < begin || column >= end; }

    // Distance from the row's own index, the lower of two equally near columns first.
    __device__ int distance(int column) const {
        return column > self ? 2 * (column - self) : 2 * (self - column) - 1;
    }

    __device__ std::uint32_t bits(int column) const { return __float_as_uint(mass[column]); }
};

// Turns the sums of each tile into the weight of the tile's block sums in the block mass,
// exp2(largest of the tile - largest of the row) / (sum of the row). One warp per pooled row.
__device__ void weighTiles(const PartialSums& sums, std::int64_t firstLine, int rowBegin,
                           int rowEnd, int tileCount) {
    const int lane = threadIdx.x % 32;
    for (int r = rowBegin + static_cast<int>(threadIdx.x) / 32; r < rowEnd; r += kWarps) {
        float2* tiles = sums.tiles + (firstLine + r) * sums.tileCount;
        float largest = -INFINITY, sum = 0;
        for (int t = lane; t < tileCount; t += 32) largest = fmaxf(largest, tiles[t].x);
#pragma unroll
        for (int step = 16; step > 0; step /= 2)
            largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, step));
        for (int t = lane; t < tileCount; t += 32)
            sum += tiles[t].y * exp2Fast(tiles[t].x - largest);
        const float inverse = 1 / warpSum(sum);
        for (int t = lane; t < tileCount; t += 32)
            tiles[t].y = exp2Fast(tiles[t].x - largest) * inverse;
    }
}

// One warp: the smallest mass, as bits, for which the forced blocks and all larger ones stay below
// `need`. Masses are not negative, so their bits order like them. Four-way search, two bits a
// round.
__device__ std::uint32_t cutValue(const Row& row, float total, float forcedMass, float need) {
    // The answer lies in [low, high]: all masses up to `low` together are less than may be dropped.
    std::uint32_t low = __float_as_uint((total - need) / static_cast<float>(2 * row.visible));
    std::uint32_t high = __float_as_uint(total);
    while (low < high) {
        const std::uint32_t quarter = (high - low) / 4;
        const std::uint32_t pivot[3] = {low + quarter, low + (high - low) / 2, high - 1 - quarter};
        float above[3] = {0, 0, 0};
#pragma unroll 4
        for (int j = static_cast<int>(threadIdx.x) * 4; j < row.visible; j += kSearchStep) {
            const float4 four = *reinterpret_cast<const float4*>(row.mass + j);
            const float masses[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
            for (int n = 0; n < 4; ++n) {
#pragma unroll
                for (int i = 0; i < 3; ++i) {
                    if (masses[n] > __uint_as_float(pivot[i])) above[i] += masses[n];
                }
            }
        }
#pragma unroll
        for (int step = 16; step > 0; step /= 2) {
#pragma unroll
            for (int i = 0; i < 3; ++i) above[i] += __shfl_xor_sync(0xffffffffu, above[i], step);
        }
#pragma unroll
        for (int i = 0; i < 3; ++i) {
            if (forcedMass + above[i] < need)
                high = min(high, pivot[i]);
            else
                low = max(low, pivot[i] + 1);
        }
    }
    return low;
}

// One warp: the distance within which lie just the `wanted` nearest of the blocks equal to the cut.
__device__ int tieDistance(const Row& row, std::uint32_t cut, int wanted) {
    int low = 0, high = 2 * row.visible;
    while (low < high) {
        const int middle = (low + high) / 2;
        int within = 0;
        for (int j = row.begin + static_cast<int>(threadIdx.x); j < row.end; j += 32)
            within += row.bits(j) == cut && row.distance(j) <= middle;
        if (__reduce_add_sync(0xffffffffu, within) >= wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

// One warp: finds what enters beside the forced blocks.
__device__ void chooseCut(const Row& row, float total, float forcedMass, float need,
                          SelectShared& shared) {
    const std::uint32_t cut = cutValue(row, total, forcedMass, need);
    float above = 0;
    int ties = 0;
    for (int j = row.begin + static_cast<int>(threadIdx.x); j < row.end; j += 32) {
        if (row.bits(j) > cut) above += row.mass[j];
        ties += row.bits(j) == cut;
    }
    above = warpSum(above);
    ties = __reduce_add_sync(0xffffffffu, ties);
    // Equal blocks enter one by one while the mass before them stays below `need`.
    const float missing = (need - forcedMass - above) / __uint_as_float(cut);
    const bool some = cut > 0 && missing < static_cast<float>(ties);
    const int wanted = some ? max(1, static_cast<int>(ceilf(missing))) : ties;
    const int farthest = wanted < ties ? tieDistance(row, cut, wanted) : INT32_MAX;
    if (threadIdx.x == 0) {
        shared.cut = cut;
        shared.farthest = farthest;
    }
}

__global__ void __launch_bounds__(kThreads, kRowsPerProcessor)
    selectBlocks(const __grid_constant__ SelectParams p) {
    extern __shared__ __align__(16) float mass[];  // see Row; then a word per 32 columns, its place
    __shared__ SelectShared shared;
    const int block = p.queryBlocks - 1 - blockIdx.x;  // long rows first
    const int batchHead = blockIdx.y;
    const int head = p.headBegin + batchHead;
    const int self = p.firstBlock + block;
    const int visible = p.causal ? min(self + 1, p.keyBlocks) : p.keyBlocks;
    const int begin = min(p.sinkBlocks, visible);
    const int end = p.causal ? max(begin, min(self - p.recentBlocks + 1, visible)) : visible;
    const Row row{mass, self, visible, begin, end};

    const int perBlock = kBlockSize / p.stride;
    const int blocksPerTile = p.sums.tileColumns / perBlock;
    const int firstRow = p.firstRow + block * perBlock;  // global
    const int rowBegin = max(p.rowBegin - firstRow, 0), rowEnd = min(p.rowEnd - firstRow, perBlock);
    const std::int64_t firstLine =
        static_cast<std::int64_t>(batchHead) * p.sums.rows + block * perBlock;
    weighTiles(p.sums, firstLine, rowBegin, rowEnd, (visible + blocksPerTile - 1) / blocksPerTile);
    __syncthreads();

    const std::int64_t outRow = static_cast<std::int64_t>(head) * p.queryBlocks + block;
    float total = 0, forcedMass = 0;
    for (int j = threadIdx.x; j < visible; j += kThreads) {
        const float* blocks = p.sums.blocks + firstLine * p.sums.blockPitch + j;
        const float2* tiles = p.sums.tiles + firstLine * p.sums.tileCount + j / blocksPerTile;
        float sum = 0;
#pragma unroll 8
        for (int r = rowBegin; r < rowEnd; ++r)
            sum = fmaf(blocks[static_cast<std::int64_t>(r) * p.sums.blockPitch],
                       tiles[static_cast<std::int64_t>(r) * p.sums.tileCount].y, sum);
        mass[j] = row.forced(j) ? -sum : sum;
        total += sum;
        if (row.forced(j)) forcedMass += sum;
    }
    if (const int j = visible + static_cast<int>(threadIdx.x); j < paddedBlocks(visible))
        mass[j] = 0;
    total = blockSum(total, shared.partial[0]);  // its barrier also publishes `mass`
    forcedMass = blockSum(forcedMass, shared.partial[1]);
    if (p.mass) {
        for (int j = threadIdx.x; j < p.keyBlocks; j += kThreads)
            p.mass[outRow * p.keyBlocks + j] = j < visible ? fabsf(mass[j]) : 0;
    }

    const float threshold = p.threshold[head];
    const bool all = threshold >= 1 || !isfinite(total) || self >= p.denseFromBlock;
    const float need = threshold * total;
    const bool search = !all && forcedMass < need;
    if (search && threadIdx.x < 32) chooseCut(row, total, forcedMass, need, shared);
    __syncthreads();
    const std::uint32_t cut = search ? shared.cut : UINT32_MAX;
    const int farthest = search ? shared.farthest : -1;

    const int lane = threadIdx.x % 32;
    const int words = (visible + 31) / 32;
    auto* word = reinterpret_cast<std::uint32_t*>(mass + paddedBlocks(p.keyBlocks));
    auto* place = reinterpret_cast<int*>(word + (p.keyBlocks + 31) / 32);
    float kept = 0;
    for (int w = threadIdx.x / 32; w < words; w += kWarps) {
        const int j = w * 32 + lane;
        const bool keep = j < visible && (all || row.forced(j) || row.bits(j) > cut ||
                                          (row.bits(j) == cut && row.distance(j) <= farthest));
        const std::uint32_t chosen = __ballot_sync(0xffffffffu, keep);
        if (lane == 0) word[w] = chosen;
        if (keep) kept += fabsf(mass[j]);
    }
    kept = blockSum(kept, shared.partial[0]);  // its barrier also publishes `word`
    if (p.keptShare && threadIdx.x == 0) p.keptShare[outRow] = all ? 1 : kept / total;
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

const void* selectImage() {
    return reinterpret_cast<const void*>(selectBlocks);
}

Status launchSelect(const SelectParams& p, cudaStream_t stream) {
    const int bytes = paddedBlocks(p.keyBlocks) * 4 + (p.keyBlocks + 31) / 32 * 8;
    constexpr int kAlwaysAllowed = 48 * 1024;  // bytes that need no asking
    if (bytes > kAlwaysAllowed && !allowSharedMemory(selectBlocks, bytes))
        return {StatusCode::kUnsupported, "more keys than the selection's shared memory can rank"};
    const dim3 grid(p.queryBlocks, p.headCount);
    selectBlocks<<<grid, kThreads, bytes, stream>>>(p);
    return launchStatus("the selection kernel could not be launched");
}

}  // namespace reelquery::kernels::cuda
