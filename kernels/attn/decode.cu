// Decoding: one query per head over a cache. What counts is reading keys and values once, so the
// heads that share a key/value head are the rows of one product (padded to 16) and the keys are
// split over the whole device (split-KV). Every block of threads rotates its own queries, the one
// with the last keys puts the new key and value behind them, and a second kernel merges the parts.
// See Note [Parts of the keys]: the parts follow from the tokens held, whatever the capacity of the
// cache. Merging inside the first kernel, by the blocks that finish last, was slower (NOTES.md).
//
// Bytes: 2 * Hkv * held * D * 2 from the cache (67 MB a layer at 32K tokens of the 7B shape), plus
// parts * Hq * (D + 2) * 4 written and read. FLOP: 4 * Hq * held * D, 16 / (Hq / Hkv) times that
// with the padding; both far below what the time for the bytes allows.

#include "kernels/attn/decode.h"
#include "kernels/attn/merge_parts.h"
#include "kernels/attn/split_kv.h"
#include "kernels/cuda/ampere.cuh"
#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kWarpKeys = 16;  // keys per warp and step: the depth of one product with V
constexpr int kWarps = 4;
constexpr int kThreads = kWarps * 32;
constexpr int kStepKeys = kWarps * kWarpKeys;  // keys per step of a block of threads
constexpr int kStages = 2;  // 64 KB of keys and values in flight fit every device
static_assert(kStepKeys == kDecodeKeys);
static_assert(kDecodeRows == 16, "the rows of an m16n8k16 product");

struct DecodeParams {
    const __nv_bfloat16* q;  // [Hq, D], before the rotation, as k
    const __nv_bfloat16* k;  // [Hkv, D]
    const __nv_bfloat16* v;  // [Hkv, D]
    const float* cos;        // [D/2]
    const float* sin;        // [D/2]
    Parts parts;
    const std::int64_t* held;
    std::int64_t capacity;
    int heads;
    int headsPerKv;
    int mostParts;    // see Note [Parts of the keys]
    float scaleLog2;  // scale * log2(e)
};

struct CacheRows {
    __nv_bfloat16* data;
    std::int64_t headStride;
    std::int64_t rowStride;

    __device__ __nv_bfloat16* row(int head, std::int64_t token) const {
        return data + head * headStride + token * rowStride;
    }
};

// Puts a head's new key, rotated, and its value into row `token` of the cache. Blocks that share
// the head all write the same.
template <int D>
__device__ void placeToken(const DecodeParams& p, const CacheRows& keys, const CacheRows& values,
                           int kvHead, std::int64_t token) {
    static_assert(D <= kThreads);
    const int column = static_cast<int>(threadIdx.x);
    if (column < D / 2) {
        const float first = __bfloat162float(p.k[kvHead * D + column]);
        const float second = __bfloat162float(p.k[kvHead * D + column + D / 2]);
        const float cos = p.cos[column], sin = p.sin[column];
        __nv_bfloat16* to = keys.row(kvHead, token);
        to[column] = __float2bfloat16(fmaf(-second, sin, first * cos));
        to[column + D / 2] = __float2bfloat16(fmaf(first, sin, second * cos));
    }
    if (column < D) values.row(kvHead, token)[column] = p.v[kvHead * D + column];
    __syncthreads();  // before this block copies the row
}

// The queries of up to kDecodeRows heads, rotated, as the fragments of a product: element 2h + e of
// register i is row lane/4 + 8 (i%2), column 2 (lane%4) + 8 (i/2) + e of each 16 columns. A column
// and its partner of the rotation, D/2 further, are of the same thread.
template <int D>
__device__ void loadQueries(std::uint32_t (&q)[D / 16][4], const DecodeParams& p, int firstHead,
                            int rowCount) {
    constexpr int kHalf = D / 32;  // fragments in half a head
    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int d = 0; d < D / 16; ++d) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int row = lane / 4 + i % 2 * 8, column = d * 16 + lane % 4 * 2 + i / 2 * 8;
            q[d][i] = row < rowCount
                          ? *reinterpret_cast<const unsigned*>(p.q + (firstHead + row) * D + column)
                          : 0u;
        }
    }
#pragma unroll
    for (int d = 0; d < kHalf; ++d) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int column = d * 16 + lane % 4 * 2 + i / 2 * 8;
            float turned[2][2];  // of the pair's two columns
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                // A bf16 is the upper half of its float.
                const float first = __uint_as_float(e ? q[d][i] & 0xffff0000u : q[d][i] << 16);
                const std::uint32_t other = q[d + kHalf][i];
                const float second = __uint_as_float(e ? other & 0xffff0000u : other << 16);
                const float cos = p.cos[column + e], sin = p.sin[column + e];
                turned[0][e] = fmaf(-second, sin, first * cos);
                turned[1][e] = fmaf(first, sin, second * cos);
            }
            q[d][i] = packBf16(turned[0][0], turned[0][1]);
            q[d + kHalf][i] = packBf16(turned[1][0], turned[1][1]);
        }
    }
}

// Starts copying kStepKeys rows of one head from `first` on; rows at or past `end` become zeros.
// The tile lies in D/64 panels of kStepKeys swizzled rows.
template <int D>
__device__ void copyKeys(std::uint32_t tile, const CacheRows& rows, int head, std::int64_t first,
                         std::int64_t end) {
    constexpr int kPieces = D / 8, kRowStep = kThreads / kPieces;
    const int row0 = static_cast<int>(threadIdx.x) / kPieces;
    const int piece = static_cast<int>(threadIdx.x) % kPieces;
#pragma unroll
    for (int i = 0; i < kStepKeys / kRowStep; ++i) {
        const int row = row0 + i * kRowStep;
        const bool valid = first + row < end;
        copy16(tile + piece / 8 * (kStepKeys * 128) + swizzled(row, piece % 8),
               rows.row(head, valid ? first + row : 0) + piece * 8, valid);
    }
}

// One block of threads: one part of the keys, one key/value head, up to kDecodeRows of its query
// heads. Each warp keeps the running softmax of its own quarter of every step's keys.
template <int D>
__global__ void __launch_bounds__(kThreads)
    attendKeys(const DecodeParams p, const CacheRows keys, const CacheRows values) {
    constexpr int kPanel = kStepKeys * 128, kTile = kStepKeys * D * 2;
    extern __shared__ __align__(1024) unsigned char raw[];
    const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(raw));
    const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
    const int part = static_cast<int>(blockIdx.x), kvHead = static_cast<int>(blockIdx.y);
    const int firstRow = static_cast<int>(blockIdx.z) * kDecodeRows;
    const int firstHead = kvHead * p.headsPerKv + firstRow;
    const int rowCount = min(kDecodeRows, p.headsPerKv - firstRow);

    letNextGridStart();
    const std::int64_t held = *p.held;  // set before the token's first kernel
    const int steps = decodeSteps(held, p.capacity);
    const int parts = partsInUse(steps, p.mostParts);
    if (part >= parts) return;  // few keys: merging does not count on this part either
    const PartRange range = partOf(steps, parts, part);
    const std::int64_t end = min(held + 1, p.capacity), begin = range.begin;
    const int count = range.count;
    // The new key is among the last step's.
    const bool placesToken = part == parts - 1 && held < p.capacity;

    const auto load = [&](int step) {
        if (step < count) {
            const std::uint32_t stage = shared + step % kStages * 2 * kTile;
            const std::int64_t first = (begin + step) * kStepKeys;
            copyKeys<D>(stage, keys, kvHead, first, end);
            copyKeys<D>(stage + kTile, values, kvHead, first, end);
        }
        copyCommit();  // also an empty group, so that the count of pending ones stays fixed
    };

    static_assert(kStages == 2, "the first copies are of the last step only where it is the first");
    const bool placesFirst = placesToken && count == 1;
    if (!placesFirst) load(0);  // keys of earlier tokens
    waitForGridBefore();
    if (placesToken) placeToken<D>(p, keys, values, kvHead, held);
    if (placesFirst) load(0);
    std::uint32_t q[D / 16][4];
    loadQueries<D>(q, p, firstHead, rowCount);

    float o[D / 2] = {};
    float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0};
    for (int step = 0; step < count; ++step) {
        load(step + kStages - 1);
        copyWait<kStages - 1>();
        __syncthreads();
        const std::uint32_t keyTile = shared + step % kStages * 2 * kTile,
                            valueTile = keyTile + kTile;

        float s[8] = {};
#pragma unroll
        for (int d = 0; d < D / 16; ++d) {
            std::uint32_t b[4];
            loadMatrices(b, keyTile + d / 4 * kPanel +
                                swizzled(warp * kWarpKeys + lane / 16 * 8 + lane % 8,
                                         d % 4 * 2 + lane / 8 % 2));
            multiply16x8x16(s, q[d], b[0], b[1]);
            multiply16x8x16(s + 4, q[d], b[2], b[3]);
        }
        const std::int64_t key0 = (begin + step) * kStepKeys + warp * kWarpKeys + lane % 4 * 2;
#pragma unroll
        for (int i = 0; i < 8; ++i)
            if (key0 + i / 4 * 8 + i % 2 >= end) s[i] = -INFINITY;

        std::uint32_t weights[4];
#pragma unroll
        for (int h = 0; h < 2; ++h) {
            float newest = largest[h];
#pragma unroll
            for (int j = 0; j < 2; ++j)
                newest = fmaxf(newest, fmaxf(s[4 * j + 2 * h], s[4 * j + 2 * h + 1]));
            newest = quadMax(newest);
            const float shift = newest == -INFINITY ? 0 : newest * p.scaleLog2;
            const float scaleOld = exp2Fast(largest[h] * p.scaleLog2 - shift);
            largest[h] = newest;
            sum[h] *= scaleOld;
#pragma unroll
            for (int j = 0; j < 2; ++j) {
                const float a = exp2Fast(fmaf(s[4 * j + 2 * h], p.scaleLog2, -shift));
                const float b = exp2Fast(fmaf(s[4 * j + 2 * h + 1], p.scaleLog2, -shift));
                sum[h] += a + b;
                weights[2 * j + h] = packBf16(a, b);
            }
#pragma unroll
            for (int j = 0; j < D / 8; ++j) {
                o[4 * j + 2 * h] *= scaleOld;
                o[4 * j + 2 * h + 1] *= scaleOld;
            }
        }
#pragma unroll
        for (int d = 0; d < D / 16; ++d) {
            std::uint32_t b[4];
            loadMatricesTransposed(
                b, valueTile + d / 4 * kPanel +
                       swizzled(warp * kWarpKeys + lane % 16, d % 4 * 2 + lane / 16));
            multiply16x8x16(o + d * 8, weights, b[0], b[1]);
            multiply16x8x16(o + d * 8 + 4, weights, b[2], b[3]);
        }
        __syncthreads();  // the next load overwrites this stage
    }
    copyWait<0>();
    __syncthreads();

    // The warps' sums meet in shared memory: [kWarps, kDecodeRows, D] floats, then their maxima and
    // sums.
    auto* warpSums = reinterpret_cast<float*>(raw);
    auto* warpTops = reinterpret_cast<float2*>(raw + kWarps * kDecodeRows * D * 4);
#pragma unroll
    for (int h = 0; h < 2; ++h) {
        const float total = quadSum(sum[h]);
        const int row = lane / 4 + 8 * h;
        if (lane % 4 == 0)
            warpTops[warp * kDecodeRows + row] = make_float2(largest[h] * p.scaleLog2, total);
#pragma unroll
        for (int j = 0; j < D / 8; ++j)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                warpSums[(warp * kDecodeRows + row) * D + j * 8 + lane % 4 * 2 + e] =
                    o[4 * j + 2 * h + e];
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < rowCount * D; i += kThreads) {
        const int row = i / D, column = i % D;
        float top = -INFINITY;
        for (int w = 0; w < kWarps; ++w) top = fmaxf(top, warpTops[w * kDecodeRows + row].x);
        float value = 0, total = 0;
        for (int w = 0; w < kWarps; ++w) {
            const float2 own = warpTops[w * kDecodeRows + row];
            const float share = top == -INFINITY ? 0 : exp2Fast(own.x - top);
            value = fmaf(share, warpSums[(w * kDecodeRows + row) * D + column], value);
            total = fmaf(share, own.y, total);
        }
        const std::int64_t at = static_cast<std::int64_t>(part) * p.heads + firstHead + row;
        p.parts.sums[at * D + column] = value;
        if (column == 0) p.parts.tops[at] = make_float2(top, total);
    }
}

template <int D>
Status launch(const CudaDecodeInputs& inputs, const DecodeParams& p, cudaStream_t stream) {
    constexpr int kTileBytes = kStages * 2 * kStepKeys * D * 2;
    constexpr int kMergeBytes = kWarps * kDecodeRows * (D * 4 + 8);
    constexpr int kBytes = kTileBytes > kMergeBytes ? kTileBytes : kMergeBytes;
    if (!allowSharedMemory(attendKeys<D>, kBytes))
        return {StatusCode::kDevice, "the device refused the decoding kernel's shared memory"};
    const auto rows = [](const MutableHeadsView& view) {
        return CacheRows{static_cast<__nv_bfloat16*>(view.data), view.headStride, view.tokenStride};
    };
    const dim3 grid(static_cast<unsigned>(p.mostParts), static_cast<unsigned>(inputs.shape.kvHeads),
                    static_cast<unsigned>((p.headsPerKv + kDecodeRows - 1) / kDecodeRows));
    if (const Status status = launchEarly<attendKeys<D>>(
            grid, kThreads, kBytes, stream, "the decoding kernel could not be launched", p,
            rows(inputs.keys), rows(inputs.values));
        !status.ok())
        return status;
    MergeParams merge;
    merge.parts = p.parts;
    merge.partCount = p.mostParts;
    merge.rows = p.heads;
    merge.queries = 1;
    merge.headsPerKv = p.headsPerKv;
    merge.headDim = D;
    merge.held = p.held;
    merge.capacity = p.capacity;
    merge.out = static_cast<__nv_bfloat16*>(inputs.out);
    merge.outHeadStride = D;
    return launchMergeParts(merge, stream);
}

std::size_t padded(std::size_t bytes) {
    return (bytes + 255) / 256 * 256;
}

}  // namespace

const void* decodeImage() {
    return reinterpret_cast<const void*>(attendKeys<128>);
}

DecodePlan planDecode(const AttentionShape& shape, int processors) {
    DecodePlan plan;
    plan.mostParts = mostDecodeParts(shape, processors);
    const auto rows =
        static_cast<std::size_t>(shape.heads) * static_cast<std::size_t>(plan.mostParts);
    plan.sumBytes = padded(rows * static_cast<std::size_t>(shape.headDim) * sizeof(float));
    plan.bytes = plan.sumBytes + padded(rows * sizeof(float2));
    return plan;
}

Status launchDecode(const CudaDecodeInputs& inputs, const DecodePlan& plan, void* workspace,
                    cudaStream_t stream) {
    const AttentionShape& s = inputs.shape;
    auto* bytes = static_cast<char*>(workspace);
    const auto bf16 = [](const void* data) { return static_cast<const __nv_bfloat16*>(data); };
    const Parts parts{reinterpret_cast<float*>(bytes),
                      reinterpret_cast<float2*>(bytes + plan.sumBytes)};
    const DecodeParams p{bf16(inputs.q),      bf16(inputs.k), bf16(inputs.v),
                         inputs.cos,          inputs.sin,     parts,
                         inputs.held,         s.keys,         s.heads,
                         s.heads / s.kvHeads, plan.mostParts, s.scale * kLog2E};
    return s.headDim == 128 ? launch<128>(inputs, p, stream) : launch<64>(inputs, p, stream);
}

}  // namespace reelquery::kernels::cuda
