// Decoding over a cache of 8 bits: decode.cu with codes for numbers. Codes become pairs of bf16,
// exactly, on their way from shared memory into the products; a key's scale multiplies its scores,
// a value's scale its weight before that is rounded. So the products see what they always saw.
//
// Where a code's neighbour in a pair must come from decides who reads what (int8_layout.h): of a
// key, a thread takes 16 consecutive codes of each 64, four products' worth, and the queries are
// laid out alike; of a value, D/8 consecutive codes of each of its four keys.
//
// Bytes: 2 * Hkv * held * (D + 4) from the cache: 0.515 of decode.cu's at D = 128 (35 MB a layer at
// 32K tokens of the 7B shape). Instructions: some four for each pair of codes, a third of what a
// processor of Hopper issues in the time that the bytes take.

#include "kernels/attn/int8_decode.h"
#include "kernels/attn/int8_layout.h"
#include "kernels/attn/int8_tokens.cuh"
#include "kernels/attn/merge_parts.h"
#include "kernels/attn/split_kv.h"
#include "kernels/cuda/ampere.cuh"
#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/math.cuh"
#include "kernels/gemm/code_words.cuh"

namespace reelquery::kernels::cuda {

namespace {

constexpr int kWarpKeys = 16;  // keys per warp and step: the depth of one product with V
constexpr int kWarps = 4;
constexpr int kThreads = kWarps * 32;
constexpr int kStepKeys = kWarps * kWarpKeys;
constexpr int kStages = 4;  // as many bytes in flight as decode.cu
static_assert(kStepKeys == kDecodeKeys);
static_assert(kDecodeRows == 16, "the rows of an m16n8k16 product");

struct Params {
    const __nv_bfloat16* q;  // [Hq, D], before the rotation, as k
    const __nv_bfloat16* k;  // [Hkv, D]
    const __nv_bfloat16* v;  // [Hkv, D]
    const float* cos;        // [D/2]
    const float* sin;        // [D/2]
    Int8Heads keys, values;
    Parts parts;
    const std::int64_t* held;
    std::int64_t capacity;
    int heads;
    int headsPerKv;
    int mostParts;    // see Note [Parts of the keys]
    float scaleLog2;  // scale * log2(e)
};

// Two signed codes, in bytes 0 and 2 of a word, as a pair of bf16: (128 + low bits) - (128 or 256).
__device__ std::uint32_t pairOfCodes(std::uint32_t word) {
    return addPairs(maskedOr<0x007f007fu>(word, 0x43004300u),
                    maskedOr<0x00800080u>(word, 0xc300c300u));
}

// Starts copying kStepKeys rows of one head from `first` on, then their scales; rows at or past
// `end` become zeros, scales there anything.
template <int D, bool kIsValue>
__device__ void copyTile(std::uint32_t tile, std::uint32_t scales, const Int8Heads& heads, int head,
                         std::int64_t first, std::int64_t end) {
    constexpr int kPieces = D / 16, kRowStep = kThreads / kPieces;
    const int thread = static_cast<int>(threadIdx.x), piece = thread % kPieces;
#pragma unroll
    for (int i = 0; i < kStepKeys / kRowStep; ++i) {
        const int row = thread / kPieces + i * kRowStep;
        const bool valid = first + row < end;
        copy16(tile + int8PieceAt(D, kIsValue, row, piece),
               heads.codes + head * heads.headStride +
                   (valid ? first + row : 0) * heads.tokenStride + piece * 16,
               valid);
    }
    const int four = thread - (kIsValue ? 32 : 0);  // another warp for the values
    if (four >= 0 && four < kStepKeys / 4) {
        const bool valid = first + four * 4 < end;
        copy16(scales + four * 16,
               heads.scales + head * heads.scaleStride + (valid ? first + four * 4 : 0), valid);
    }
}

// Puts a head's new key, rotated, and its value into row `token` of the cache: a warp each. Blocks
// that share the head all write the same.
template <int D>
__device__ void placeToken(const Params& p, int kvHead, std::int64_t token) {
    constexpr int kPairs = D / 64;  // (column, column + D/2) of a lane
    const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
    if (warp < 2) {
        const __nv_bfloat16* from = (warp == 0 ? p.k : p.v) + kvHead * D;
        float values[2 * kPairs];
#pragma unroll
        for (int i = 0; i < kPairs; ++i) {
            const int column = lane + 32 * i;
            const float first = __bfloat162float(from[column]);
            const float second = __bfloat162float(from[column + D / 2]);
            values[2 * i] = first;
            values[2 * i + 1] = second;
            if (warp == 0) {
                const float cos = p.cos[column], sin = p.sin[column];
                values[2 * i] = fmaf(-second, sin, first * cos);
                values[2 * i + 1] = fmaf(first, sin, second * cos);
            }
        }
        const Int8Rounding rounding = int8Rounding(largestOfWarp(values));
        const Int8Heads& heads = warp == 0 ? p.keys : p.values;
        std::int8_t* to = heads.codes + kvHead * heads.headStride + token * heads.tokenStride;
#pragma unroll
        for (int i = 0; i < kPairs; ++i) {
            to[lane + 32 * i] = static_cast<std::int8_t>(int8Code(values[2 * i], rounding.factor));
            to[lane + 32 * i + D / 2] =
                static_cast<std::int8_t>(int8Code(values[2 * i + 1], rounding.factor));
        }
        if (lane == 0) heads.scales[kvHead * heads.scaleStride + token] = rounding.scale;
    }
    __syncthreads();  // before this block copies the row
}

// Sixteen bf16 from `from` on, which starts on 16 bytes.
__device__ void loadSixteen(std::uint32_t (&words)[8], const __nv_bfloat16* from) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const uint4 four = reinterpret_cast<const uint4*>(from)[i];
        words[4 * i] = four.x;
        words[4 * i + 1] = four.y;
        words[4 * i + 2] = four.z;
        words[4 * i + 3] = four.w;
    }
}

__device__ float numberOf(const std::uint32_t (&words)[8], int i) {
    return __uint_as_float(i % 2 ? words[i / 2] & 0xffff0000u : words[i / 2] << 16);
}

// The queries of up to kDecodeRows heads, rotated, as fragments: product 4h + g of lane column c
// has values d, d + 2 | d + 1, d + 3 of the head from d = 64 h + 16 c + 4 g on. A value's partner
// of the rotation, D/2 further, is this thread's too at D = 128; at D = 64 it is read beside.
template <int D>
__device__ void loadQueries(std::uint32_t (&q)[D / 16][4], const Params& p, int firstHead,
                            int rowCount) {
    const int lane = static_cast<int>(threadIdx.x) % 32, column = lane % 4;
    std::uint32_t own[2][8] = {}, other[2][8] = {};  // of rows lane/4 and lane/4 + 8
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        const int row = lane / 4 + 8 * r;
        if (row >= rowCount) continue;
        const __nv_bfloat16* from = p.q + (firstHead + row) * D;
        loadSixteen(own[r], from + column * 16);
        loadSixteen(other[r], from + (D == 128 ? 64 + column * 16 : (column ^ 2) * 16));
    }
#pragma unroll
    for (int g = 0; g < 4; ++g) {
        float turned[2][2][4];  // row, half of the head, value
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int angle = (D == 128 ? column : column % 2) * 16 + 4 * g + i;
            const float cos = p.cos[angle], sin = p.sin[angle];
#pragma unroll
            for (int r = 0; r < 2; ++r) {
                const float a = numberOf(own[r], 4 * g + i), b = numberOf(other[r], 4 * g + i);
                // Of D = 64 the upper half is the partner's second value.
                const bool isSecond = D == 64 && column >= 2;
                turned[r][0][i] = fmaf(isSecond ? b : -b, sin, a * cos);
                turned[r][1][i] = fmaf(a, sin, b * cos);
            }
        }
#pragma unroll
        for (int h = 0; h < D / 64; ++h)
#pragma unroll
            for (int r = 0; r < 2; ++r) {
                q[4 * h + g][r] = packBf16(turned[r][h][0], turned[r][h][2]);
                q[4 * h + g][2 + r] = packBf16(turned[r][h][1], turned[r][h][3]);
            }
    }
}

// As attendKeys of decode.cu.
template <int D>
__global__ void __launch_bounds__(kThreads, 3) attendCodes(const Params p) {
    constexpr int kTile = kStepKeys * D, kScales = kStepKeys * 4;
    constexpr int kStage = 2 * kTile + 2 * kScales, kChunk = D / 8;
    extern __shared__ __align__(1024) unsigned char raw[];
    const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(raw));
    const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
    const int quad = lane / 4, column = lane % 4;
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
            const std::uint32_t stage = shared + step % kStages * kStage;
            const std::int64_t first = (begin + step) * kStepKeys;
            copyTile<D, false>(stage, stage + 2 * kTile, p.keys, kvHead, first, end);
            copyTile<D, true>(stage + kTile, stage + 2 * kTile + kScales, p.values, kvHead, first,
                              end);
        }
        copyCommit();  // also an empty group, so that the count of pending ones stays fixed
    };

    // The first copies reach the last step only where there are few.
    const bool placesFirst = placesToken && count <= kStages - 1;
    if (!placesFirst)  // codes of earlier tokens
        for (int step = 0; step < kStages - 1; ++step) load(step);
    waitForGridBefore();
    if (placesToken) placeToken<D>(p, kvHead, held);
    if (placesFirst)
        for (int step = 0; step < kStages - 1; ++step) load(step);
    std::uint32_t q[D / 16][4];
    loadQueries<D>(q, p, firstHead, rowCount);

    float o[D / 2] = {};
    float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0};
    for (int step = 0; step < count; ++step) {
        load(step + kStages - 1);
        copyWait<kStages - 1>();
        __syncthreads();
        const unsigned char* keyTile = raw + step % kStages * kStage;
        const unsigned char* valueTile = keyTile + kTile;
        const auto* keyScales = reinterpret_cast<const float*>(keyTile + 2 * kTile);
        const float* valueScales = keyScales + kStepKeys;

        float s[8] = {};
#pragma unroll
        for (int j = 0; j < 2; ++j) {
            const int row = warp * kWarpKeys + 8 * j + quad;
#pragma unroll
            for (int h = 0; h < D / 64; ++h) {
                const uint4 codes = *reinterpret_cast<const uint4*>(
                    keyTile + int8PieceAt(D, false, row, 4 * h + column));
                const std::uint32_t words[4] = {codes.x, codes.y, codes.z, codes.w};
#pragma unroll
                for (int w = 0; w < 4; ++w)
                    multiply16x8x16(s + 4 * j, q[4 * h + w], pairOfCodes(words[w]),
                                    pairOfCodes(words[w] >> 8));
            }
        }
        const int key0 = warp * kWarpKeys + column * 2;  // in the step
        const std::int64_t left = end - (begin + step) * kStepKeys;
        float valueScale[4];
#pragma unroll
        for (int j = 0; j < 2; ++j)
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                const int key = key0 + 8 * j + e;
                const bool isThere = key < left;
                const float keyScale = keyScales[key];
                valueScale[2 * j + e] = isThere ? valueScales[key] : 0;
#pragma unroll
                for (int h = 0; h < 2; ++h) {
                    float& score = s[4 * j + 2 * h + e];
                    score = isThere ? score * keyScale : -INFINITY;
                }
            }

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
                weights[2 * j + h] = packBf16(a * valueScale[2 * j], b * valueScale[2 * j + 1]);
            }
#pragma unroll
            for (int j = 0; j < D / 8; ++j) {
                o[4 * j + 2 * h] *= scaleOld;
                o[4 * j + 2 * h + 1] *= scaleOld;
            }
        }

        // Keys 2c, 2c + 1, 2c + 8, 2c + 9 of the warp's: this lane's codes of each.
        std::uint32_t codes[4][kChunk / 4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int row = warp * kWarpKeys + int8ValueKey(column, i);
            if constexpr (D == 128) {
                const uint4 own =
                    *reinterpret_cast<const uint4*>(valueTile + int8PieceAt(D, true, row, quad));
                codes[i][0] = own.x;
                codes[i][1] = own.y;
                codes[i][2] = own.z;
                codes[i][3] = own.w;
            } else {
                const uint2 own = *reinterpret_cast<const uint2*>(
                    valueTile + int8PieceAt(D, true, row, quad / 2) + quad % 2 * 8);
                codes[i][0] = own.x;
                codes[i][1] = own.y;
            }
        }
#pragma unroll
        for (int t = 0; t < kChunk; ++t) {
            const unsigned byte = static_cast<unsigned>(t % 4);
            const unsigned both = byte | (4 + byte) << 8;  // the first's byte, the second's
            multiply16x8x16(o + 4 * t, weights,
                            pairOfCodes(__byte_perm(codes[0][t / 4], codes[1][t / 4], both)),
                            pairOfCodes(__byte_perm(codes[2][t / 4], codes[3][t / 4], both)));
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
        const int row = quad + 8 * h;
        if (column == 0)
            warpTops[warp * kDecodeRows + row] = make_float2(largest[h] * p.scaleLog2, total);
#pragma unroll
        for (int t = 0; t < kChunk; ++t)
#pragma unroll
            for (int e = 0; e < 2; ++e)
                warpSums[(warp * kDecodeRows + row) * D + int8OutputValue(D, t, column * 2 + e)] =
                    o[4 * t + 2 * h + e];
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < rowCount * D; i += kThreads) {
        const int row = i / D, d = i % D;
        float top = -INFINITY;
        for (int w = 0; w < kWarps; ++w) top = fmaxf(top, warpTops[w * kDecodeRows + row].x);
        float value = 0, total = 0;
        for (int w = 0; w < kWarps; ++w) {
            const float2 own = warpTops[w * kDecodeRows + row];
            const float share = top == -INFINITY ? 0 : exp2Fast(own.x - top);
            value = fmaf(share, warpSums[(w * kDecodeRows + row) * D + d], value);
            total = fmaf(share, own.y, total);
        }
        const std::int64_t at = static_cast<std::int64_t>(part) * p.heads + firstHead + row;
        p.parts.sums[at * D + d] = value;
        if (d == 0) p.parts.tops[at] = make_float2(top, total);
    }
}

template <int D>
Status launch(const Params& p, int kvHeads, void* out, cudaStream_t stream) {
    constexpr int kTileBytes = kStages * 2 * kStepKeys * (D + 4);
    constexpr int kMergeBytes = kWarps * kDecodeRows * (D * 4 + 8);
    constexpr int kBytes = kTileBytes > kMergeBytes ? kTileBytes : kMergeBytes;
    if (!allowSharedMemory(attendCodes<D>, kBytes))
        return {StatusCode::kDevice, "the device refused the decoding kernel's shared memory"};
    const dim3 grid(static_cast<unsigned>(p.mostParts), static_cast<unsigned>(kvHeads),
                    static_cast<unsigned>((p.headsPerKv + kDecodeRows - 1) / kDecodeRows));
    if (const Status status = launchEarly<attendCodes<D>>(
            grid, kThreads, kBytes, stream, "the decoding kernel could not be launched", p);
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
    merge.out = static_cast<__nv_bfloat16*>(out);
    merge.outHeadStride = D;
    return launchMergeParts(merge, stream);
}

}  // namespace

const void* int8DecodeImage() {
    return reinterpret_cast<const void*>(attendCodes<128>);
}

Status launchInt8Decode(const CudaInt8DecodeInputs& inputs, const DecodePlan& plan, void* workspace,
                        cudaStream_t stream) {
    const AttentionShape& s = inputs.shape;
    auto* bytes = static_cast<char*>(workspace);
    const auto bf16 = [](const void* data) { return static_cast<const __nv_bfloat16*>(data); };
    const Parts parts{reinterpret_cast<float*>(bytes),
                      reinterpret_cast<float2*>(bytes + plan.sumBytes)};
    const Params p{bf16(inputs.q), bf16(inputs.k),      bf16(inputs.v), inputs.cos,      inputs.sin,
                   inputs.keys,    inputs.values,       parts,          inputs.held,     s.keys,
                   s.heads,        s.heads / s.kvHeads, plan.mostParts, s.scale * kLog2E};
    return s.headDim == 128 ? launch<128>(p, s.kvHeads, inputs.out, stream)
                            : launch<64>(p, s.kvHeads, inputs.out, stream);
}

}  // namespace reelquery::kernels::cuda
