// y = x W^T + b for one row of x over weights in bf16 as the file has them: decoding. A product
// library is at half the memory's pace there, and cannot start before the kernel in front of it has
// ended; this one has its first weights on their way by then (Note [Early launches]).
//
// Bytes: N * K * 2, each weight read once past the first cache; x comes from the caches. FLOP: 2 N
// K; 16 bytes of a lane take some 45 instructions, addresses and sums included, a third of what a
// processor of Hopper issues in the time that they take.
//
// As many blocks of threads as the device holds at once; `share` warps of one take an output
// together and go from output to output. A lane keeps kAhead pieces of 16 bytes on their way, those
// of the next output too, so that memory does not wait for sums. Sums meet in a fixed order: the
// same bits every time.

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/cuda/early_launch.h"
#include "kernels/cuda/early_start.cuh"
#include "kernels/gemm/gemm_checks.h"
#include "kernels/gemm/gemm_images.h"

namespace reelquery::kernels {

namespace {

using namespace cuda;

constexpr int kWarps = 8;   // of a block: up to this many share an output
constexpr int kBlocks = 4;  // of a processor at once: 32 warps, each with kAhead * 512 bytes on
constexpr int kAhead = 4;   // their way, 64 KB, where 25 KB fill the memory's pipe
constexpr int kPiece = 8;   // values of 16 bytes

struct Params {
    const __nv_bfloat16 *weights, *x, *bias;
    __nv_bfloat16* out;
    std::int64_t rowStride;
    int outputs;
    int pieces;  // of a row
    int share;   // warps of an output: 1, 2, 4 or 8
};

/// Where a lane is: which of its group's outputs, which piece of it.
struct Place {
    int output, piece;

    /// To the lane's next piece, `step` further, or to the first one of the next output.
    __device__ void advance(int first, int step, int end, int groups) {
        piece += step;
        if (piece < end) return;
        piece = first;
        output += groups;
    }
};

/// 16 bytes that nobody reads again. Volatile, or the compiler moves it behind the wait.
__device__ uint4 loadWeights(const __nv_bfloat16* from) {
    uint4 piece;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(piece.x), "=r"(piece.y), "=r"(piece.z), "=r"(piece.w)
                 : "l"(from));
    return piece;
}

/// sum + the products of two pairs. A bf16 is the upper half of its float.
__device__ float addPair(std::uint32_t a, std::uint32_t b, float sum) {
    sum = fmaf(__uint_as_float(a << 16), __uint_as_float(b << 16), sum);
    return fmaf(__uint_as_float(a & 0xffff0000u), __uint_as_float(b & 0xffff0000u), sum);
}

__global__ void __launch_bounds__(kWarps * 32, kBlocks) bf16Row(const Params p) {
    __shared__ float meeting[2][kWarps];
    letNextGridStart();
    const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
    const int step = p.share * 32, first = warp % p.share * 32 + lane;
    const int turns = (p.pieces + step - 1) / step, end = turns * step;
    const int groupsOfBlock = kWarps / p.share;
    const int groups = static_cast<int>(gridDim.x) * groupsOfBlock;
    const int blockOutput = static_cast<int>(blockIdx.x) * groupsOfBlock;
    Place ahead{blockOutput + warp / p.share, first}, at = ahead;
    const auto load = [&] {
        const bool isThere = ahead.output < p.outputs && ahead.piece < p.pieces;
        return isThere ? loadWeights(p.weights + ahead.output * p.rowStride + ahead.piece * kPiece)
                       : uint4{0, 0, 0, 0};
    };
    uint4 held[kAhead];
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
        held[i] = load();
        ahead.advance(first, step, end, groups);
    }
    waitForGridBefore();  // the weights are nobody's result, x is

    float sums[2] = {0, 0};  // two chains: a sum waits for the one before it
    int side = 0;
    // All groups of a block go as many rounds as its first, so that all meet at the barriers.
    const int rounds = (p.outputs - blockOutput + groups - 1) / groups;
    for (int left = rounds * turns; left > 0;) {
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            if (left-- <= 0) break;
            if (at.piece < p.pieces) {
                const uint4 w = held[i];
                const uint4 x = *reinterpret_cast<const uint4*>(p.x + at.piece * kPiece);
                sums[0] = addPair(w.x, x.x, sums[0]);
                sums[1] = addPair(w.y, x.y, sums[1]);
                sums[0] = addPair(w.z, x.z, sums[0]);
                sums[1] = addPair(w.w, x.w, sums[1]);
            }
            held[i] = load();
            ahead.advance(first, step, end, groups);
            const int output = at.output;
            at.advance(first, step, end, groups);
            if (at.output == output) continue;  // more of this output
            float sum = sums[0] + sums[1];
            sums[0] = sums[1] = 0;
#pragma unroll
            for (int distance = 16; distance > 0; distance /= 2)
                sum += __shfl_xor_sync(0xffffffffu, sum, distance);
            if (p.share > 1) {
                // Two sides in turn: whoever writes one again has met all who read it last.
                if (lane == 0) meeting[side][warp] = sum;
                __syncthreads();
                if (warp % p.share == 0)
                    for (int other = 1; other < p.share; ++other)
                        sum += meeting[side][warp + other];
                side ^= 1;
            }
            if (lane > 0 || warp % p.share > 0 || output >= p.outputs) continue;
            if (p.bias) sum += __bfloat162float(p.bias[output]);
            p.out[output] = __float2bfloat16(sum);
        }
    }
}

/// The share that leaves every group the most even number of outputs, the least of those that are
/// alike, as each warp of an output more is a sum more to meet. A lane has two pieces at least.
int warpsOfOutput(int outputs, int pieces, int processors) {
    const double warps = static_cast<double>(processors) * kBlocks * kWarps;
    int best = 1;
    double bestBusy = 0;
    for (int share = 1; share == 1 || (share <= kWarps && share * 64 <= pieces); share *= 2) {
        const double rounds = outputs * share / warps, busy = rounds / std::ceil(rounds);
        if (busy <= bestBusy + 0.02) continue;
        best = share;
        bestBusy = busy;
    }
    return best;
}

}  // namespace

const void* cuda::bf16RowImage() {
    return reinterpret_cast<const void*>(bf16Row);
}

Status reelqueryCudaBf16Row(const CudaBf16Row* call, CudaStream stream) {
    const CudaBf16Row& c = *call;
    if (const Status status = checkBf16Row(c); !status.ok()) return status;
    int device = 0, processors = 0;
    if (cudaGetDevice(&device) != cudaSuccess ||
        cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device) != cudaSuccess)
        return {StatusCode::kDevice, "no CUDA device answers"};
    const auto numbers = [](const void* data) { return static_cast<const __nv_bfloat16*>(data); };
    const int outputs = static_cast<int>(c.outputs), pieces = static_cast<int>(c.inputs / kPiece);
    const int share = warpsOfOutput(outputs, pieces, processors);
    const Params p{
        numbers(c.weights), numbers(c.x), numbers(c.bias), static_cast<__nv_bfloat16*>(c.out),
        c.weightStride,     outputs,      pieces,          share};
    const int perBlock = kWarps / share;
    const int blocks = std::min((outputs + perBlock - 1) / perBlock, processors * kBlocks);
    return launchEarly<bf16Row>(dim3(static_cast<unsigned>(blocks)), kWarps * 32, 0, stream,
                                "a product of one row could not be launched", p);
}

}  // namespace reelquery::kernels
